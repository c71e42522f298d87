import { withConnection } from './connect.js';
import { causesOf } from './database-away.js';
import { type PostgresClient } from './postgres-client.js';

const NAMED = 3;

/** A role that may not do what Quittance does: whoever owns the schema grants it. */
export class RightsMissingError extends Error {
  constructor(what: string, fix: string) {
    super(`the role of DATABASE_URL ${what}; ${fix}`);
  }
}

/** How a role that does not own the schema gets what it needs. */
export const GRANTS =
  'GRANT USAGE ON SCHEMA public, bullmq to it, and ALL ON ALL TABLES, SEQUENCES and FUNCTIONS IN SCHEMA public, bullmq ' +
  '(ALTER DEFAULT PRIVILEGES does so for what later versions add)';

/**
 * @param hasQueue the queue is on this database too
 * @returns what the role lacks on what is there, for an operator; null: nothing
 */
export async function missingRights(client: PostgresClient, hasQueue: boolean): Promise<string | null> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT format('%I.%I', nspname, relname) AS name FROM pg_class
     JOIN pg_namespace space ON space.oid = relnamespace
     -- Beside ours may be tables of others, as an extension's: ours are whose owner migrates, and no extension's.
     WHERE (nspname = $1 OR (relnamespace = current_schema()::regnamespace AND relowner = (
       SELECT relowner FROM pg_class WHERE oid = to_regclass('migrations'))
       AND NOT EXISTS (SELECT FROM pg_depend
         WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'))) AND (
       (relkind IN ('r', 'p') AND NOT has_schema_privilege(relnamespace, 'USAGE'))
       OR (relkind IN ('r', 'p') AND NOT (has_table_privilege(pg_class.oid, 'SELECT') AND (relname = 'migrations'
         OR has_table_privilege(pg_class.oid, 'INSERT') AND has_table_privilege(pg_class.oid, 'UPDATE')
           AND has_table_privilege(pg_class.oid, 'DELETE'))))
       OR (relkind = 'S' AND relname <> 'migrations_id_seq' AND NOT has_sequence_privilege(pg_class.oid, 'USAGE')))
     UNION ALL
     SELECT format('%I.%I()', nspname, proname) FROM pg_proc
     JOIN pg_namespace space ON space.oid = pronamespace
     WHERE nspname = $1 AND NOT has_function_privilege(pg_proc.oid, 'EXECUTE')
     ORDER BY 1`,
    [hasQueue ? 'bullmq' : null],
  );
  if (rows.length === 0) return null;
  const named = rows.slice(0, NAMED).map(({ name }) => name);
  const more = rows.length > NAMED ? ` and ${rows.length - NAMED} more` : '';
  return `lacks rights on ${named.join(', ')}${more}`;
}

/** Locks, listening and the queue's schema are a database's, whichever schema its tables are in. */
export class DatabaseSharedError extends Error {
  constructor(schemas: readonly string[]) {
    super(
      `another Quittance has its tables in the schema ${schemas.join(', ')} of this database: the two would keep each ` +
        'other from scanning, and take each other’s webhooks. Give each a database of its own (CREATE DATABASE); if what is ' +
        'there is a leftover, drop that schema',
    );
  }
}

export class EncodingError extends Error {
  constructor(encoding: string) {
    super(
      `the database's encoding is ${encoding}: names of tokens and merchants could not be kept. Create another one with ` +
        "ENCODING 'UTF8' TEMPLATE template0",
    );
  }
}

/** A table of ours by name and columns, in another schema than the one that we work in. */
const OTHER_INSTALLATIONS = `
  SELECT nspname AS name FROM pg_class JOIN pg_namespace space ON space.oid = relnamespace
  WHERE relname = 'deposit_sources' AND relkind IN ('r', 'p') AND nspname <> current_schema()
    AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = pg_class.oid AND attname = 'first_address')
  ORDER BY 1`;

/** What of the database itself stands in the way. @throws DatabaseSharedError, EncodingError */
export async function requireOwnDatabase(client: PostgresClient): Promise<void> {
  const { rows: encodings } = await client.query<{ encoding: string }>(
    `SELECT current_setting('server_encoding') AS encoding`,
  );
  const encoding = encodings[0]?.encoding;
  if (encoding !== undefined && encoding !== 'UTF8') throw new EncodingError(encoding);
  const { rows: others } = await client.query<{ name: string }>(OTHER_INSTALLATIONS);
  if (others.length > 0) throw new DatabaseSharedError(others.map(({ name }) => name));
}

/** @throws RightsMissingError; DatabaseSharedError, EncodingError; DatabaseUnreachableError */
export async function requireRights(url: string, hasQueue: boolean): Promise<void> {
  await withConnection(url, 'quittance start', async (client) => {
    const { rows } = await client.query<{ schema: string | null }>('SELECT current_schema() AS schema');
    if (rows[0]?.schema == null)
      throw new RightsMissingError('has no schema to work in', 'GRANT USAGE ON SCHEMA public to it');
    await requireOwnDatabase(client);
    const lacking = await missingRights(client, hasQueue);
    if (lacking !== null) throw new RightsMissingError(lacking, GRANTS);
  });
}

/**
 * Has a change of the schema made, and says what to do where the role may not.
 * @throws RightsMissingError; what else Postgres said
 */
export async function withRightToChange<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    const refused = refusalIn(error);
    if (refused === null) throw error;
    throw new RightsMissingError(
      `may not change the schema, which is not up to date (${refused})`,
      'run quittance migrate with a role that may (MIGRATE=off here leaves it to that)',
    );
  }
}

/** PostgreSQL, appendix A: 42501 is insufficient privilege. */
function refusalIn(error: unknown): string | null {
  const refused = causesOf(error).find((cause) => (cause as NodeJS.ErrnoException).code === '42501');
  return refused?.message ?? null;
}
