import pg from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source.js';

/** Any fixed number will do; this one spells "QUIT". */
const MIGRATION_LOCK = 0x51554954;

/**
 * Brings the schema up to date. Replicas that start together wait for one another here; whoever comes second finds
 * nothing left to do.
 * @throws what Postgres said, when a migration fails: it is rolled back whole
 */
export async function migrate(url: string): Promise<void> {
  const lock = new pg.Client({ connectionString: url, application_name: 'quittance migrate' });
  await lock.connect();
  const dataSource = new DataSource(dataSourceOptions(url, 1));
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await dataSource.initialize();
    await dataSource.runMigrations();
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    await lock.end();
  }
}
