import { setTimeout as delay } from 'node:timers/promises';
import { type BackendFactory, createPostgresBackend, DEFAULT_SCHEMA } from 'bullmq';
import pg from 'pg';
import { againInConflict } from '../database/conflicts.js';
import { PostgresClient } from '../database/postgres-client.js';
import { APP_LIMITS, poolOptions } from '../database/session-limits.js';

/** BullMQ asks again at once when it is refused: a queue that does not work would take a processor's core. */
const PAUSE_AFTER_ERROR_MS = 500;
/** The session that listens hears nothing most of the time: it is asked whether it is still there. */
const HEARTBEAT_MS = 10_000;
/** The SQLSTATE of BullMQ's own errors, as of a job whose lock another worker has taken. */
const OF_A_JOB = 'BM001';

/** What a queue or a worker is told of its connection. */
export interface QueueOnPostgres {
  connectionString: string;
  /** Connections that it may hold, besides the one that listens. */
  poolSize: number;
}

/**
 * BullMQ on a pool of ours, because errors of its own clients go unheard now and then, and would end the process.
 * Each queue and each worker has one, and it ends with them.
 */
export const createQueueOnPostgres: BackendFactory = (name, options, factoryOptions) => {
  const pool = createPool(options.connection as QueueOnPostgres);
  const backend = createPostgresBackend(name, { ...options, connection: pool }, factoryOptions);
  backend.on('close', () => void pool.end());
  return backend;
};

function createPool({ connectionString, poolSize }: QueueOnPostgres): pg.Pool {
  // BullMQ's statements name no schema. As a parameter of the session's start, PgBouncer would refuse it.
  const { onConnect, ...limits } = poolOptions(APP_LIMITS, { search_path: `"${DEFAULT_SCHEMA}"` });
  const options = {
    ...limits,
    connectionString,
    application_name: 'quittance queue',
    Client: PostgresClient,
    onConnect: async (client: pg.ClientBase) => {
      await onConnect?.(client);
      keepAsking(client);
    },
    // One of them listens for new jobs, and holds the connection.
    max: poolSize + 1,
  };
  return new PausingPool(options);
}

/** A session that has gone without a word is found out, and BullMQ listens on another one. */
function keepAsking(client: pg.ClientBase): void {
  const heartbeat = setInterval(() => {
    // Whoever waits for an answer finds out by itself.
    if ((client as pg.ClientBase & { readyForQuery?: boolean }).readyForQuery !== true) return;
    client.query('SELECT 1').catch(() => undefined);
  }, HEARTBEAT_MS).unref();
  client.once('end', () => clearInterval(heartbeat));
  client.once('error', () => clearInterval(heartbeat));
}

/** Tells of an error after a pause, so that whoever tries again at once does so at a walk. */
class PausingPool extends pg.Pool {
  private readonly pauses = new AbortController();

  override connect(...given: unknown[]): Promise<pg.PoolClient> {
    const connected = (super.connect as (...args: unknown[]) => Promise<pg.PoolClient> | undefined)(...given);
    return given.length === 0 && connected ? this.paused(connected) : (connected as never);
  }

  override query(...given: unknown[]): never {
    const query = () => (super.query as (...args: unknown[]) => unknown).apply(this, given);
    if (typeof given.at(-1) === 'function') return query() as never;
    // Each of BullMQ's is one whole transaction: some take many jobs, not all in one order (locks that are extended, jobs
    // that are marked as stalled), so that Postgres ends one of two now and then.
    return this.paused(againInConflict(query as () => Promise<unknown>)) as never;
  }

  override end(...given: unknown[]): never {
    this.pauses.abort();
    return (super.end as (...args: unknown[]) => unknown).apply(this, given) as never;
  }

  private async paused<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      // What BullMQ says of one job is no fault of the queue.
      if ((error as { code?: string }).code === OF_A_JOB) throw error;
      await delay(PAUSE_AFTER_ERROR_MS, undefined, { signal: this.pauses.signal }).catch(() => undefined);
      throw error;
    }
  }
}
