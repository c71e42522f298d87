import { type BackendFactory, createPostgresBackend, DEFAULT_SCHEMA, runMigrations } from 'bullmq';
import pg from 'pg';
import { PostgresClient } from '../database/postgres-client.js';

const POOL_SIZE = 10;

/**
 * Creates what BullMQ needs. Once, under BullMQ's own lock, before anything else of it: left to each of its
 * connections, a start would not wait for it.
 */
export async function migrateQueue(databaseUrl: string): Promise<void> {
  const client = new PostgresClient({ connectionString: databaseUrl });
  await client.connect();
  try {
    await runMigrations(client, DEFAULT_SCHEMA);
  } finally {
    await client.end();
  }
}

/**
 * BullMQ on a pool of ours, because errors of its own clients go unheard now and then, and would end the process.
 * Each queue and each worker has one, and it ends with them.
 */
export const createQueueOnPostgres: BackendFactory = (name, options, factoryOptions) => {
  const { connectionString } = options.connection as { connectionString: string };
  const pool = createPool(connectionString);
  const backend = createPostgresBackend(name, { ...options, connection: pool }, factoryOptions);
  backend.on('close', () => void pool.end());
  return backend;
};

/** What BullMQ would make of a connection string: its commands name no schema. */
function createPool(connectionString: string): pg.Pool {
  return new pg.Pool({
    connectionString,
    Client: PostgresClient,
    options: `-c search_path="${DEFAULT_SCHEMA}"`,
    // One of them listens for new jobs, and holds the connection.
    max: POOL_SIZE + 1,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
}
