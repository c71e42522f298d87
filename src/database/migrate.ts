import { DataSource } from 'typeorm';
import { dataSourceOptions } from './data-source.js';
import { DatabaseUnreachableError } from './database-refusal.js';
import { type Waiting, withMigrationLock } from './migration-lock.js';

export class SchemaOutOfDateError extends Error {
  constructor(missing: readonly string[]) {
    super(
      `the database schema is not up to date: ${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} missing; ` +
        'run: quittance migrate (in a checkout: npm run quittance -- migrate), or start Quittance with MIGRATE=on',
    );
  }
}

/** Of an empty database, all of them: how many says as much. */
function listed(missing: readonly string[]): string {
  const shown = missing.slice(0, 3).join(', ');
  return missing.length > 3 ? `${shown} and ${missing.length - 3} more` : shown;
}

const SILENT: Waiting = { say: () => undefined };

/**
 * Brings our schema up to date. Replicas that start together wait for one another here; whoever comes second finds
 * nothing left to do, and whoever finds nothing to do needs no right to change anything.
 * @returns the names of the migrations that ran
 * @throws DatabaseUnreachableError; what Postgres said, when a migration fails: it is rolled back whole
 */
export function migrate(url: string, waiting: Waiting = SILENT): Promise<string[]> {
  return withDataSource(url, async (dataSource) => {
    if ((await pendingOf(dataSource)).length === 0) return [];
    return withMigrationLock(url, waiting, async () => {
      const ran = await dataSource.runMigrations();
      return ran.map(({ name }) => name);
    });
  });
}

/**
 * Takes the newest migration back.
 * @returns its name; null: there was none
 */
export function revertMigration(url: string, waiting: Waiting = SILENT): Promise<string | null> {
  return withDataSource(url, (dataSource) =>
    withMigrationLock(url, waiting, async () => {
      const [before] = (await appliedOf(dataSource)).slice(-1);
      if (before === undefined) return null;
      await dataSource.undoLastMigration();
      return before;
    }),
  );
}

/** The names of our migrations that a database has not had yet, oldest first. */
export function pendingMigrations(url: string): Promise<string[]> {
  return withDataSource(url, pendingOf);
}

/** @throws DatabaseUnreachableError, SchemaOutOfDateError */
export async function requireMigrated(url: string): Promise<void> {
  const pending = await pendingMigrations(url);
  if (pending.length > 0) throw new SchemaOutOfDateError(pending);
}

/** Reads alone: TypeORM's own way would make its table, for which a role may have no right. */
async function appliedOf(dataSource: DataSource): Promise<string[]> {
  const [there] = await dataSource.query<{ is_there: boolean }[]>(
    `SELECT to_regclass('migrations') IS NOT NULL AS is_there`,
  );
  if (!there?.is_there) return [];
  const rows = await dataSource.query<{ name: string }[]>('SELECT name FROM migrations ORDER BY id');
  return rows.map(({ name }) => name);
}

async function pendingOf(dataSource: DataSource): Promise<string[]> {
  const applied = new Set(await appliedOf(dataSource));
  return dataSource.migrations
    .map((migration) => migration.name ?? migration.constructor.name)
    .filter((name) => !applied.has(name));
}

async function withDataSource<T>(url: string, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const dataSource = new DataSource(dataSourceOptions(url, 1));
  try {
    await dataSource.initialize();
  } catch (error) {
    const failures = error instanceof AggregateError ? (error.errors as Error[]) : [error as Error];
    throw new DatabaseUnreachableError(url, failures[0] as Error);
  }
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
