import { setTimeout as delay } from 'node:timers/promises';
import { withConnection } from './connect.js';
import { type PostgresClient } from './postgres-client.js';
import { steadyMs } from '../process/steady-time.js';

/** Any fixed number will do; this one spells "QUIT". */
const MIGRATION_LOCK = 0x51554954;
const RETRY_MS = 250;
export const SAY_EVERY_MS = 10_000;

export interface Waiting {
  /** One line for the operator. */
  say: (line: string) => void;
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
}

export interface Holder {
  pid: number;
  application_name: string;
  client_addr: string | null;
  since: Date;
}

/**
 * Does work that one process at a time may do on a database. Those that come meanwhile wait, and say for whom: the lock
 * is asked for again and again rather than waited for inside Postgres, so that the wait can be seen and ended.
 * @param work is given the connection that holds the lock
 * @throws DatabaseUnreachableError; the signal's reason
 */
export function withMigrationLock<T>(
  url: string,
  { say, signal }: Waiting,
  work: (holding: PostgresClient) => Promise<T>,
): Promise<T> {
  return withConnection(url, 'quittance migrate', async (client) => {
    let saidAtMs = -Infinity;
    while (!(await tryLock(client))) {
      if (steadyMs() - saidAtMs >= SAY_EVERY_MS) {
        saidAtMs = steadyMs();
        say(`waiting for the migration lock, held by ${describeHolder(await holderOf(client))}`);
      }
      await delay(RETRY_MS, undefined, { signal });
    }
    try {
      return await work(client);
    } finally {
      // Before the connection is given back: a pooler might keep the session, and the lock with it.
      await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    }
  });
}

async function tryLock(client: PostgresClient): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
    MIGRATION_LOCK,
  ]);
  return rows[0]?.taken === true;
}

async function holderOf(client: PostgresClient): Promise<Holder | undefined> {
  // A key of 64 bits stands in pg_locks as two halves, with objsubid 1 (PostgreSQL: pg_locks).
  const { rows } = await client.query<Holder>(
    `SELECT activity.pid, application_name, host(client_addr) AS client_addr, backend_start AS since
     FROM pg_locks JOIN pg_stat_activity activity USING (pid)
     WHERE locktype = 'advisory' AND classid = 0 AND objid = $1 AND objsubid = 1 AND granted`,
    [MIGRATION_LOCK],
  );
  return rows[0];
}

export function describeHolder(holder: Holder | undefined): string {
  if (!holder) return 'a session that has just ended';
  const { pid, application_name: name, client_addr: address, since } = holder;
  return `backend ${pid} (${name}, from ${address ?? 'a local socket'}, since ${new Date(since).toISOString()})`;
}
