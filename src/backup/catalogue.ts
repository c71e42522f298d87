import { type QueryRunner } from 'typeorm';

export interface TableColumns {
  table: string;
  /** In their order; those that Postgres computes itself are left out. */
  columns: string[];
}

/** Where TypeORM keeps which migrations a database has had. It is written by the migrations themselves. */
export const MIGRATIONS_TABLE = 'migrations';
const OF_MIGRATIONS = [MIGRATIONS_TABLE, `${MIGRATIONS_TABLE}_id_seq`];

/**
 * Every table of our schema by name, but that of the migrations and those that are not logged: Postgres itself empties
 * them after a crash, so that nothing of lasting worth is kept there.
 */
export async function tablesOf(runner: QueryRunner): Promise<TableColumns[]> {
  const rows = (await runner.query(
    `SELECT class.relname AS table, array_agg(attribute.attname::text ORDER BY attribute.attnum) AS columns
     FROM pg_class class JOIN pg_attribute attribute ON attribute.attrelid = class.oid
     WHERE class.relnamespace = current_schema()::regnamespace AND class.relkind IN ('r', 'p')
       AND class.relpersistence = 'p'
       AND attribute.attnum > 0 AND NOT attribute.attisdropped AND attribute.attgenerated = ''
       AND class.relname <> ALL($1)
     GROUP BY class.relname ORDER BY class.relname`,
    [OF_MIGRATIONS],
  )) as TableColumns[];
  return rows;
}

/** Every sequence of our schema but that of the migrations, by name. */
export async function sequencesOf(runner: QueryRunner): Promise<string[]> {
  const rows = (await runner.query(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = current_schema()::regnamespace AND relkind = 'S' AND relname <> ALL($1) ORDER BY relname`,
    [OF_MIGRATIONS],
  )) as { name: string }[];
  return rows.map(({ name }) => name);
}

export interface ForeignKeyConstraint {
  table: string;
  name: string;
  /** As `ADD CONSTRAINT` takes it. */
  definition: string;
}

export async function foreignKeysOf(runner: QueryRunner): Promise<ForeignKeyConstraint[]> {
  return (await runner.query(
    `SELECT class.relname AS table, conname AS name, pg_get_constraintdef(con.oid) AS definition
     FROM pg_constraint con JOIN pg_class class ON class.oid = con.conrelid
     WHERE con.contype = 'f' AND class.relnamespace = current_schema()::regnamespace ORDER BY conname`,
  )) as ForeignKeyConstraint[];
}

/** A name in a statement. (PostgreSQL: "To include a double quote, write two double quotes") */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
