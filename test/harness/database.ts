import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import './entity-metadata.js';
import { POSTGRES_LOG, TEMPLATE } from './run-environment.js';

export interface TestDatabase {
  url: string;
  /** For looking behind the scenes. */
  dataSource: DataSource;
  drop(): Promise<void>;
}

/** A database of its own, migrated; or empty, for tests of the migrations themselves. */
export async function createDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const server = process.env.QUITTANCE_TEST_POSTGRES as string;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(
    server,
    `CREATE DATABASE ${name} TEMPLATE ${empty ? 'template0' : TEMPLATE} STRATEGY file_copy`,
  );
  const url = server.replace(/\/[^/]*$/, `/${name}`);
  const dataSource = await new DataSource(dataSourceOptions(url, 4)).initialize();
  const drop = async () => {
    const deadlocks = (await deadlocksIn(dataSource)) === 0 ? [] : deadlocksSaid(name);
    await dataSource.destroy();
    await onServer(server, `DROP DATABASE ${name} WITH (FORCE)`);
    if (deadlocks.length > 0)
      throw new Error(
        `Postgres ended transactions of this test that waited for one another:\n${deadlocks.join('\n')}`,
      );
  };
  return { url, dataSource, drop };
}

/**
 * What Postgres says of each, with the statements: a line and those behind it that belong to it. BullMQ's own functions take
 * many jobs at once, not all in one order; what is ended of those is begun again (`queue-on-postgres.ts`), and not ours.
 */
function deadlocksSaid(database: string): string[] {
  const said = readFileSync(process.env[POSTGRES_LOG] as string, 'utf8').split(/^(?=\d{4}-\d\d-\d\d )/m);
  return said.flatMap((line, index) => {
    if (!line.includes('deadlock detected')) return [];
    if (!line.includes(`${database}/`) || !line.includes('/quittance:')) return [];
    return [said.slice(index, index + 5).join('')];
  });
}

/** Nobody takes locks in an order that has two transactions wait for each other: whatever a test does. */
async function deadlocksIn(dataSource: DataSource): Promise<number> {
  const [row] = await dataSource.query<{ deadlocks: string }[]>(
    'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(row?.deadlocks);
}

/** One connection for all of a worker's, which keeps it from ending no longer than it is used. */
let server: pg.Pool | null = null;

/** Cloning locks the template for a moment; two workers take turns. */
async function onServer(url: string, sql: string): Promise<void> {
  if (server === null) {
    server = new pg.Pool({ connectionString: url, max: 1, allowExitOnIdle: true });
    // Its idle connection may still be there when the server ends, and nobody waits for it.
    server.on('error', () => undefined);
  }
  const client = await server.connect();
  try {
    await client.query('SELECT pg_advisory_lock(1)');
    await client.query(sql);
  } finally {
    // Its end frees the lock, too, when the connection is not good any more.
    const isFree = await client.query('SELECT pg_advisory_unlock(1)').then(
      () => true,
      () => false,
    );
    client.release(!isFree);
  }
}
