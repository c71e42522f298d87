import { type ClientConfig } from 'pg';
import { DatabaseUnreachableError } from './database-refusal.js';
import { PostgresClient } from './postgres-client.js';
import { READABLE } from './session-limits.js';

const READABLE_SQL = Object.entries(READABLE)
  .map(([name, value]) => `SET ${name} = '${value}'`)
  .join('; ');

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Does work on one connection of its own, outside of any pool.
 * @param applicationName by which operators know the session
 * @throws DatabaseUnreachableError
 */
export async function withConnection<T>(
  url: string,
  applicationName: string,
  work: (client: PostgresClient) => Promise<T>,
  options: ClientConfig = {},
): Promise<T> {
  const client = new PostgresClient({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    ...options,
  });
  try {
    await client.connect();
  } catch (error) {
    const failures = error instanceof AggregateError ? (error.errors as Error[]) : [error as Error];
    throw new DatabaseUnreachableError(url, failures[0] as Error);
  }
  try {
    await client.query(READABLE_SQL);
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
