import { type BackendFactory, createPostgresBackend, DEFAULT_SCHEMA } from 'bullmq';
import pg from 'pg';
import { PostgresClient } from '../database/postgres-client.js';

const POOL_SIZE = 10;

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
