import { open, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import copyStreams from 'pg-copy-streams';
import { DataSource, type QueryRunner } from 'typeorm';
import { VERSION } from '../config/version.js';
import { dataSourceOptions } from '../database/data-source.js';
import { type PostgresClient } from '../database/postgres-client.js';
import { EncryptionCanary } from '../http/encryption-canary.entity.js';
import { DepositSource } from '../wallet/deposit-source.entity.js';
import { BackupNotWrittenError, FileExistsError, UnknownTablesError } from './backup.errors.js';
import { type BackupHeader, type BackupTrailer, BackupWriter, type Sequences } from './backup-format.js';
import { quoted, sequencesOf, type TableColumns, tablesOf } from './catalogue.js';
import { useCopySettings } from './copy-session.js';

export interface Dumped extends BackupTrailer {
  /** Of the file. */
  bytes: number;
  header: BackupHeader;
}

export interface DumpOptions {
  /** Leaves out tables that no migration of ours made, rather than refusing. */
  onlyKnown?: boolean;
}

/**
 * Writes every row of a database into one file, as of one moment: all is read inside a REPEATABLE READ transaction, as
 * pg_dump does, so that nothing need be stopped for it. Not the queue, which is filled again from the deliveries. What is
 * sealed in the database stays sealed.
 * @param file is made, readable by its owner alone; it has its name only when it is whole
 * @throws FileExistsError; UnknownTablesError; what Postgres or the file system said
 */
export async function dumpDatabase(url: string, file: string, options: DumpOptions = {}): Promise<Dumped> {
  if (existsSync(file)) throw new FileExistsError(file);
  const draft = `${file}.part`;
  const dataSource = await new DataSource(dataSourceOptions(url, 1)).initialize();
  try {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction('REPEATABLE READ');
    await runner.query('SET TRANSACTION READ ONLY');
    const { header, trailer } = await writeDraft(runner, draft, options);
    await runner.commitTransaction();
    await rename(draft, file);
    const { size: bytes } = await (await open(file)).stat();
    return { ...trailer, header, bytes };
  } finally {
    await rm(draft, { force: true });
    await dataSource.destroy();
  }
}

async function writeDraft(
  runner: QueryRunner,
  draft: string,
  options: DumpOptions,
): Promise<{ header: BackupHeader; trailer: BackupTrailer }> {
  await useCopySettings(runner);
  const tables = await lockedTables(runner, options);
  const header = await headerOf(runner);
  let trailer: BackupTrailer | null = null;
  const handle = await open(draft, 'w', 0o600);
  let failure = null as Error | null;
  try {
    const text = textOf(runner, header, tables, (end) => (trailer = end));
    await pipeline(Readable.from(text, { objectMode: false }), createGzip(), async (chunks) => {
      for await (const chunk of chunks as AsyncIterable<Buffer>) {
        // `write` may take a part alone, as where the disk is nearly full.
        await handle.writeFile(chunk).catch((error: Error) => {
          failure = error;
          throw error;
        });
      }
    });
    // A backup that is said to be made survives the machine's next breath.
    await handle.sync();
  } catch (error) {
    // The pipeline itself says only that it was aborted.
    throw failure === null ? error : new BackupNotWrittenError(draft, failure);
  } finally {
    await handle.close();
  }
  return { header, trailer: trailer as unknown as BackupTrailer };
}

async function* textOf(
  runner: QueryRunner,
  header: BackupHeader,
  tables: readonly TableColumns[],
  onTrailer: (trailer: BackupTrailer) => void,
): AsyncGenerator<Buffer> {
  const writer = new BackupWriter();
  yield writer.header(header);
  const client = (await runner.connect()) as PostgresClient;
  for (const { table, columns } of tables) {
    yield writer.table(table, columns);
    const list = columns.map(quoted).join(', ');
    const rows = client.query(copyStreams.to(`COPY ${quoted(table)} (${list}) TO STDOUT`));
    for await (const chunk of rows as AsyncIterable<Buffer>) yield writer.rowsOf(table, chunk);
    yield writer.tableEnd();
  }
  yield writer.sequences(await positionsOf(runner));
  const { trailer, text } = writer.trailer();
  onTrailer(trailer);
  yield text;
}

/** Held until the end, so that no migration changes a table in the middle of it. */
async function lockedTables(
  runner: QueryRunner,
  { onlyKnown = false }: DumpOptions,
): Promise<TableColumns[]> {
  const ours = new Set(runner.connection.entityMetadatas.map(({ tableName }) => tableName));
  const all = await tablesOf(runner);
  const unknown = all.filter(({ table }) => !ours.has(table)).map(({ table }) => table);
  if (unknown.length > 0 && !onlyKnown) throw new UnknownTablesError(unknown);
  const known = all.filter(({ table }) => ours.has(table));
  await runner.query(`LOCK TABLE ${known.map(({ table }) => quoted(table)).join(', ')} IN ACCESS SHARE MODE`);
  return known;
}

async function headerOf(runner: QueryRunner): Promise<BackupHeader> {
  const { manager } = runner;
  const migrations = (await runner.query('SELECT name FROM migrations ORDER BY id')) as { name: string }[];
  const [server] = (await runner.query('SHOW server_version')) as { server_version: string }[];
  const wallets = await manager.find(DepositSource, { order: { scheme: 'ASC' } });
  const canaries = await manager.find(EncryptionCanary, { order: { keyId: 'ASC' } });
  return {
    format: 'quittance-backup',
    format_version: 1,
    quittance: VERSION,
    made_at: new Date().toISOString(),
    postgres: server?.server_version ?? '',
    migrations: migrations.map(({ name }) => name),
    wallets: wallets.map(({ scheme, firstAddress }) => ({ scheme, first_address: firstAddress })),
    encryption_key_ids: canaries.map(({ keyId }) => keyId),
  };
}

/** A sequence is outside of transactions: read last, it stands behind every row that the backup has. */
async function positionsOf(runner: QueryRunner): Promise<Sequences> {
  const positions: Sequences = {};
  for (const name of await sequencesOf(runner)) {
    const [row] = (await runner.query(
      `SELECT last_value::text AS last_value, is_called FROM ${quoted(name)}`,
    )) as Sequences[string][];
    if (row) positions[name] = row;
  }
  return positions;
}
