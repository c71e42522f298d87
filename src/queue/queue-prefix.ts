import { createHash } from 'node:crypto';
import { withConnection } from '../database/connect.js';
import { type PostgresClient } from '../database/postgres-client.js';

/**
 * What the queue's keys on Redis begin with: another for each database, so that installations which share a Redis do
 * not take each other's jobs. It stays the same when a standby takes over; a database that was restored from a dump,
 * as a copy of production for tries, has its own; a copy of the files does not.
 * @throws DatabaseUnreachableError
 */
export async function queuePrefix(databaseUrl: string): Promise<string> {
  const identity = await withConnection(databaseUrl, 'quittance queue', databaseIdentity);
  return `bull:${createHash('sha256').update(identity).digest('hex').slice(0, 12)}`;
}

/** A cluster's number is drawn when it is made, and a database's within it; both go along to its standbys. */
async function databaseIdentity(client: PostgresClient): Promise<string> {
  const { rows } = await client.query<{ name: string; oid: string; may_ask: boolean }>(
    `SELECT datname AS name, oid::text AS oid, has_function_privilege('pg_control_system()', 'EXECUTE') AS may_ask
     FROM pg_database WHERE datname = current_database()`,
  );
  const [{ name, oid, may_ask: mayAsk }] = rows as [(typeof rows)[number]];
  if (!mayAsk) return `${name}/${oid}`;
  const { rows: clusters } = await client.query<{ cluster: string }>(
    'SELECT system_identifier::text AS cluster FROM pg_control_system()',
  );
  return `${clusters[0]?.cluster}/${oid}`;
}
