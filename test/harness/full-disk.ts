import { type DataSource } from 'typeorm';

/**
 * Has every statement that writes to the database fail as Postgres does when its disk is full (53100), while what only
 * reads goes on.
 * @returns what frees the disk again
 */
export async function fillDisk(dataSource: DataSource): Promise<() => Promise<void>> {
  await dataSource.query(`
    CREATE OR REPLACE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'could not extend file "base/16384/16385": No space left on device'
        USING ERRCODE = '53100', HINT = 'Check free disk space.';
    END $$`);
  const tables = await dataSource.query<{ name: string }[]>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'bullmq')`,
  );
  for (const { name } of tables)
    await dataSource.query(
      `CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON ${name} FOR EACH STATEMENT EXECUTE FUNCTION disk_full()`,
    );
  return async () => {
    for (const { name } of tables) await dataSource.query(`DROP TRIGGER disk_full ON ${name}`);
  };
}
