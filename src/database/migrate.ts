import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source.js';
import { PostgresClient } from './postgres-client.js';

/** Any fixed number will do; this one spells "QUIT". */
const MIGRATION_LOCK = 0x51554954;

export class DatabaseUnreachableError extends Error {
  constructor(url: string, cause: NodeJS.ErrnoException) {
    // The URL holds a password; its host does not.
    const why = cause.code ?? cause.message;
    super(`the database at ${new URL(url).host} cannot be reached (${why}); mend DATABASE_URL, or start it`);
  }
}

export class SchemaOutOfDateError extends Error {
  constructor() {
    super(
      'the database schema is not up to date; run: npm run migration:run, or start Quittance with MIGRATE=on',
    );
  }
}

/**
 * Brings the schema up to date. Replicas that start together wait for one another here; whoever comes second finds
 * nothing left to do.
 * @throws DatabaseUnreachableError; what Postgres said, when a migration fails: it is rolled back whole
 */
export function migrate(url: string): Promise<void> {
  return withDataSource(url, async (dataSource) => {
    const lock = new PostgresClient({ connectionString: url, application_name: 'quittance migrate' });
    await lock.connect();
    try {
      await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await dataSource.runMigrations();
    } finally {
      await lock.end();
    }
  });
}

/** @throws DatabaseUnreachableError, SchemaOutOfDateError */
export function requireMigrated(url: string): Promise<void> {
  return withDataSource(url, async (dataSource) => {
    if (await dataSource.showMigrations()) throw new SchemaOutOfDateError();
  });
}

async function withDataSource(url: string, work: (dataSource: DataSource) => Promise<void>): Promise<void> {
  const dataSource = new DataSource(dataSourceOptions(url, 1));
  try {
    await dataSource.initialize();
  } catch (error) {
    const failures = error instanceof AggregateError ? (error.errors as Error[]) : [error as Error];
    throw new DatabaseUnreachableError(url, failures[0] as Error);
  }
  try {
    await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
