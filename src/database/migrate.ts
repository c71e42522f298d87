import { DataSource, type DataSourceOptions } from 'typeorm';
import { VERSION } from '../config/version.js';
import { dataSourceOptions } from './data-source.js';
import { DatabaseUnreachableError } from './database-refusal.js';
import { type Waiting, withMigrationLock } from './migration-lock.js';
import { aloud, MIGRATING } from './migration-progress.js';

export class SchemaOutOfDateError extends Error {
  constructor(missing: readonly string[]) {
    super(
      `the database schema is not up to date: ${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} missing; ` +
        'run: quittance migrate (in a checkout: npm run quittance -- migrate), or start Quittance with MIGRATE=on',
    );
  }
}

/** A newer program was here: what it wrote means something that this one does not know. Nothing was changed. */
export class SchemaTooNewError extends Error {
  constructor(unknown: readonly string[]) {
    super(
      `a newer version of Quittance has used this database: this one (${VERSION}) does not know ${listed(unknown)}. ` +
        'Start that version or a newer one. To go back, restore the backup that was made before the upgrade into an ' +
        'empty database with this version; or let the newer version take back what it added, one migration at a time ' +
        '(quittance migrate --revert), which loses what only the newer schema can hold',
    );
  }
}

/** Of an empty database, all of them: how many says as much. */
function listed(missing: readonly string[]): string {
  const shown = missing.slice(0, 3).join(', ');
  return missing.length > 3 ? `${shown} and ${missing.length - 3} more` : shown;
}

export interface ComparedMigrations {
  pending: string[];
  unknown: string[];
}

const SILENT: Waiting = { say: () => undefined };

/**
 * Brings our schema up to date. Replicas that start together wait for one another here; whoever comes second finds
 * nothing left to do, and whoever finds nothing to do needs no right to change anything.
 * @returns the names of the migrations that ran
 * @throws DatabaseUnreachableError; SchemaTooNewError; what Postgres said, when a migration fails: it is rolled back
 * whole, or made again from where it stood (`addIndexBesideWork`)
 */
export function migrate(url: string, waiting: Waiting = SILENT): Promise<string[]> {
  return withDataSource(url, async (dataSource) => {
    const { pending, unknown } = await comparedWith(dataSource);
    if (unknown.length > 0) throw new SchemaTooNewError(unknown);
    if (pending.length === 0) return [];
    return withMigrationLock(url, waiting, async (holding) => {
      const ran = await aloud(holding, waiting, () => dataSource.runMigrations());
      return ran.map(({ name }) => name);
    });
  });
}

/**
 * Takes the newest migration back.
 * @returns its name; null: there was none
 * @throws SchemaTooNewError when a newer version made it: only that one knows how to take it back
 */
export function revertMigration(url: string, waiting: Waiting = SILENT): Promise<string | null> {
  return withDataSource(url, (dataSource) =>
    withMigrationLock(url, waiting, async (holding) => {
      const [before] = (await appliedOf(dataSource)).slice(-1);
      if (before === undefined) return null;
      const { unknown } = await comparedWith(dataSource);
      if (unknown.length > 0) throw new SchemaTooNewError(unknown);
      const newest = dataSource.migrations.find(({ name }) => name === before);
      // What is not made in a transaction is not taken back in one: it would lock out what others write.
      const transaction = newest?.transaction === false ? 'none' : 'all';
      await aloud(holding, waiting, () => dataSource.undoLastMigration({ transaction }));
      return before;
    }),
  );
}

/** The names of our migrations that a database has not had yet, oldest first. */
export function pendingMigrations(url: string): Promise<string[]> {
  return withDataSource(url, async (dataSource) => (await comparedWith(dataSource)).pending);
}

/** Both ways: what a database has not had yet, and what it has had that this version does not know, oldest first. */
export function comparedMigrations(url: string): Promise<ComparedMigrations> {
  return withDataSource(url, comparedWith);
}

/** @throws DatabaseUnreachableError, SchemaOutOfDateError, SchemaTooNewError */
export async function requireMigrated(url: string): Promise<void> {
  const { pending, unknown } = await comparedMigrations(url);
  if (unknown.length > 0) throw new SchemaTooNewError(unknown);
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

async function comparedWith(dataSource: DataSource): Promise<ComparedMigrations> {
  const applied = await appliedOf(dataSource);
  const ours = dataSource.migrations.map((migration) => migration.name ?? migration.constructor.name);
  return {
    pending: ours.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !ours.includes(name)),
  };
}

async function withDataSource<T>(url: string, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const dataSource = new DataSource({
    ...dataSourceOptions(url, 1),
    applicationName: MIGRATING,
  } as DataSourceOptions);
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
