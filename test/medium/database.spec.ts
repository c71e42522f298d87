import { afterEach, describe, expect, it } from '@jest/globals';
import { migrate, requireMigrated } from '../../src/database/migrate.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';

let database: TestDatabase;
afterEach(() => database.drop());

const pendingDifference = async () => {
  const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
};

describe('the migrations', () => {
  it('make the very schema that the entities describe', async () => {
    database = await createDatabase();
    await expect(pendingDifference()).resolves.toEqual([]);
  });

  it('each revert, down to nothing, and run again', async () => {
    database = await createDatabase();
    const { dataSource } = database;
    for (let left = dataSource.migrations.length; left > 0; left -= 1) await dataSource.undoLastMigration();
    const left = await dataSource.query<{ name: string }[]>(
      `SELECT relname AS name FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
       WHERE nspname = 'public' AND relkind IN ('r', 'S') AND relname NOT LIKE 'migrations%'`,
    );
    expect(left).toEqual([]);
    await dataSource.runMigrations();
    await expect(pendingDifference()).resolves.toEqual([]);
  });

  it('run once when several processes start together', async () => {
    database = await createDatabase({ empty: true });
    await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
    const [{ count } = { count: '' }] = await database.dataSource.query<{ count: string }[]>(
      'SELECT count(*) FROM migrations',
    );
    expect(Number(count)).toBe(database.dataSource.migrations.length);
  });

  it('are asked for where MIGRATE is off', async () => {
    database = await createDatabase({ empty: true });
    await expect(requireMigrated(database.url)).rejects.toThrow(/not up to date.*quittance migrate/);
    await migrate(database.url);
    await expect(requireMigrated(database.url)).resolves.toBeUndefined();
  });
});
