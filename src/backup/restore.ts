import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import copyStreams from 'pg-copy-streams';
import { DataSource, MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import { dataSourceOptions } from '../database/data-source.js';
import { type Waiting, withMigrationLock } from '../database/migration-lock.js';
import { type PostgresClient } from '../database/postgres-client.js';
import { readAgainAfterRestore } from '../outgoing/after-restore/restored-chains.js';
import { type PausedLink, pauseLimitedLinks } from '../payment-links/limited-links.js';
import { pauseSigning } from '../outgoing/signing-pauses.js';
import { type DepositScheme } from '../wallet/deposit-scheme.js';
import { type DerivationJump } from '../wallet/derivation-jump.entity.js';
import { jumpTo, nextIndex } from '../wallet/next-index.js';
import { firstAddress } from '../wallet/wallet-source.js';
import {
  BackupDamagedError,
  BackupOfOtherWalletError,
  BackupTooNewError,
  DatabaseNotEmptyError,
} from './backup.errors.js';
import {
  type BackupHeader,
  type BackupPart,
  backupParts,
  type BackupTrailer,
  type Sequences,
} from './backup-format.js';
import { foreignKeysOf, quoted, tablesOf } from './catalogue.js';
import { useCopySettings } from './copy-session.js';

export interface RestoreRequest {
  file: string;
  /** Whose addresses the database gives out. */
  scheme: DepositScheme;
  /** How many addresses are passed over, as they may have been given out after the backup. */
  skip: number;
  /** Who is notified of money that arrives at them; null: the only merchant there is, or a new one. */
  merchantId: string | null;
}

export interface Restored {
  header: BackupHeader;
  rows: Record<string, number>;
  jump: DerivationJump;
  /** Payment links that sell a limited number: what they sold since is not known. */
  pausedLinks: PausedLink[];
}

/** A backup that was read from end to end, and is whole. */
export interface CheckedBackup extends BackupTrailer {
  header: BackupHeader;
}

/** @throws BackupDamagedError; what the file system said */
export async function checkBackup(file: string): Promise<CheckedBackup> {
  let header: BackupHeader | null = null;
  let trailer: BackupTrailer | null = null;
  for await (const part of partsOf(file)) {
    if (part.kind === 'header') header = part.header;
    if (part.kind === 'trailer') trailer = part.trailer;
  }
  return { ...(trailer as unknown as BackupTrailer), header: header as unknown as BackupHeader };
}

/**
 * Brings a backup into an empty database: the schema as it was then, its rows, what newer versions changed about it, the
 * jump past the addresses that may have been given out since, and a pause of everything that signs and of links that
 * sell a limited number. In one transaction:
 * afterwards all of it is there, or nothing.
 * @throws BackupDamagedError, BackupTooNewError, BackupOfOtherWalletError, DatabaseNotEmptyError; what Postgres said
 */
export async function restoreDatabase(
  url: string,
  request: RestoreRequest,
  waiting: Waiting,
): Promise<Restored> {
  const { header } = await checkBackup(request.file);
  requireWallet(header, request.scheme);
  const dataSource = await new DataSource(dataSourceOptions(url, 1)).initialize();
  try {
    requireKnown(header, dataSource);
    const runner = dataSource.createQueryRunner();
    return await withMigrationLock(url, waiting, async () => {
      await runner.startTransaction();
      try {
        const restored = await bringIn(runner, header, request);
        await runner.commitTransaction();
        return restored;
      } catch (error) {
        await runner.rollbackTransaction().catch(() => undefined);
        throw error;
      }
    });
  } finally {
    await dataSource.destroy();
  }
}

async function bringIn(
  runner: QueryRunner,
  header: BackupHeader,
  request: RestoreRequest,
): Promise<Restored> {
  await useCopySettings(runner);
  const tables = await tablesOf(runner);
  if (tables.length > 0) throw new DatabaseNotEmptyError(tables.map(({ table }) => table));
  const migrations = new Migrations(runner);
  await migrations.run((name) => header.migrations.includes(name));
  const rows = await loadRows(runner, request.file);
  await migrations.run((name) => !header.migrations.includes(name));
  const { manager } = runner;
  const jump = await jumpTo(
    manager,
    (await nextIndex(manager)) + request.skip,
    `backup of ${header.made_at}`,
    {
      scheme: request.scheme,
      merchantId: request.merchantId,
    },
  );
  await readAgainAfterRestore(manager);
  await pauseSigning(
    manager,
    `restored from the backup of ${header.made_at}: what was paid after it is not known here. Compare with the chain, ` +
      'then: quittance sweep resume',
  );
  return { header, rows, jump, pausedLinks: await pauseLimitedLinks(manager) };
}

/** Our migrations, a part at a time, inside the transaction of the caller. TypeORM would begin its own. */
class Migrations {
  private readonly executor: MigrationExecutor;

  constructor(private readonly runner: QueryRunner) {
    this.executor = new MigrationExecutor(runner.connection, runner);
  }

  async run(isWanted: (name: string) => boolean): Promise<void> {
    for (const migration of this.runner.connection.migrations.filter((one) => isWanted(nameOf(one)))) {
      const name = nameOf(migration);
      await this.executor.executeMigration({
        id: undefined,
        name,
        timestamp: Number(/\d{13}$/.exec(name)?.[0]),
        instance: migration,
      });
    }
  }
}

/**
 * The rows as COPY wrote them. Without foreign keys and triggers meanwhile, as pg_dump's own files do it: rows come by
 * table, not in the order in which they refer to each other, and what triggers wrote is among them.
 */
async function loadRows(runner: QueryRunner, file: string): Promise<Record<string, number>> {
  const tables = (await tablesOf(runner)).map(({ table }) => table);
  const keys = await foreignKeysOf(runner);
  for (const { table, name } of keys)
    await runner.query(`ALTER TABLE ${quoted(table)} DROP CONSTRAINT ${quoted(name)}`);
  for (const table of tables) await runner.query(`ALTER TABLE ${quoted(table)} DISABLE TRIGGER USER`);
  // Some migrations write a first row.
  for (const table of tables) await runner.query(`DELETE FROM ${quoted(table)}`);
  const rows = await copyIn(runner, file);
  for (const table of tables) await runner.query(`ALTER TABLE ${quoted(table)} ENABLE TRIGGER USER`);
  for (const { table, name, definition } of keys)
    await runner.query(`ALTER TABLE ${quoted(table)} ADD CONSTRAINT ${quoted(name)} ${definition}`);
  return rows;
}

async function copyIn(runner: QueryRunner, file: string): Promise<Record<string, number>> {
  const client = (await runner.connect()) as PostgresClient;
  let copy: copyStreams.CopyStreamQuery | null = null;
  let failure: Promise<never> | null = null;
  let rows: Record<string, number> = {};
  for await (const part of partsOf(file)) {
    if (part.kind === 'table') {
      const columns = part.columns.map(quoted).join(', ');
      copy = client.query(copyStreams.from(`COPY ${quoted(part.table)} (${columns}) FROM STDIN`));
      failure = once(copy, 'error').then(([error]) => Promise.reject(error as Error));
      failure.catch(() => undefined);
    } else if (part.kind === 'row') {
      if (copy && !copy.write(part.line)) await Promise.race([once(copy, 'drain'), failure]);
    } else if (part.kind === 'table end' && copy) {
      copy.end();
      await finished(copy);
      copy = null;
    } else if (part.kind === 'sequences') {
      await setSequences(runner, part.sequences);
    } else if (part.kind === 'trailer') {
      ({ rows } = part.trailer);
    }
  }
  return rows;
}

async function setSequences(runner: QueryRunner, sequences: Sequences): Promise<void> {
  for (const [name, { last_value: last, is_called: isCalled }] of Object.entries(sequences))
    await runner.query('SELECT setval($1::regclass, $2::bigint, $3)', [quoted(name), last, isCalled]);
}

/** As it was written, or unpacked since. */
async function* partsOf(file: string): AsyncGenerator<BackupPart> {
  const isPacked = (await beginningOf(file)).equals(GZIP);
  const source = createReadStream(file);
  const text = isPacked ? createGunzip() : new PassThrough();
  source.on('error', (error) => text.destroy(error));
  source.pipe(text);
  try {
    yield* backupParts(text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') throw error;
    throw new BackupDamagedError(file, message, { cause: error });
  } finally {
    source.destroy();
    text.destroy();
  }
}

const GZIP = Buffer.from([0x1f, 0x8b]);

async function beginningOf(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    if ((await handle.stat()).isDirectory()) throw new BackupDamagedError(file, 'it is a folder');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(GZIP.length), 0, GZIP.length, 0);
    if (bytesRead === 0) throw new BackupDamagedError(file, 'it is empty');
    return buffer;
  } finally {
    await handle.close();
  }
}

function requireWallet({ wallets }: BackupHeader, scheme: DepositScheme): void {
  const known = wallets.find((wallet) => wallet.scheme === scheme.name)?.first_address;
  const given = firstAddress(scheme);
  if (known !== undefined && known !== given) throw new BackupOfOtherWalletError(known, given);
}

function requireKnown({ migrations, quittance }: BackupHeader, { migrations: known }: DataSource): void {
  const ours = new Set(known.map(nameOf));
  const unknown = migrations.filter((name) => !ours.has(name));
  if (unknown.length > 0) throw new BackupTooNewError(quittance, unknown);
}

function nameOf(migration: MigrationInterface): string {
  return migration.name ?? migration.constructor.name;
}
