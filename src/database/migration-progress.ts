import { setTimeout as delay } from 'node:timers/promises';
import { steadyMs } from '../process/steady-time.js';
import { describeHolder, type Holder, SAY_EVERY_MS, type Waiting } from './migration-lock.js';
import { type PostgresClient } from './postgres-client.js';

const CANCEL_EVERY_MS = 200;

/** The name of the session that changes the schema. */
export const MIGRATING = 'quittance migration';

/**
 * Does a change of the schema, which may take minutes on a large table, or wait for a transaction of somebody else: while
 * it does, it says so, and for whom.
 * @param beside a connection that does nothing else meanwhile
 * @throws what `change` throws; the signal's reason, when it was told to stop: what was being changed is rolled back
 */
export async function aloud<T>(
  beside: PostgresClient,
  { say, signal }: Waiting,
  change: () => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const telling = tell(beside, say, ended.signal);
  const cancel = () => void cancelOn(beside, ended.signal);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await change();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', cancel);
    ended.abort();
    await telling;
  }
}

/**
 * Who is told to stop leaves no change behind that goes on without him, and locks tables while it does. Others that start
 * may look at the schema meanwhile, and change nothing: we hold the lock.
 */
async function cancelOn(client: PostgresClient, ended: AbortSignal): Promise<void> {
  // Again, as what tidies up after a statement that was cancelled may wait for the same transaction.
  while (!ended.aborted) {
    await client
      .query(
        `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = $1 AND query NOT ILIKE 'SELECT%'`,
        [MIGRATING],
      )
      .catch(() => undefined);
    await delay(CANCEL_EVERY_MS);
  }
}

async function tell(client: PostgresClient, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  const beganMs = steadyMs();
  while (await isStillGoing(signal)) {
    // The change itself tells of a connection that is lost.
    const blocking = await blockingOne(client).catch(() => undefined);
    if (signal.aborted) return;
    const waits = blocking ? `; it waits for ${describeHolder(blocking)}` : '';
    say(`changing the schema for ${Math.round((steadyMs() - beganMs) / 1_000)} s now${waits}`);
  }
}

async function isStillGoing(signal: AbortSignal): Promise<boolean> {
  try {
    await delay(SAY_EVERY_MS, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

/** Whoever keeps the change from going on. */
async function blockingOne(client: PostgresClient): Promise<Holder | undefined> {
  const { rows } = await client.query<Holder>(
    `SELECT pid, application_name, host(client_addr) AS client_addr, backend_start AS since FROM pg_stat_activity
     WHERE pid IN (SELECT unnest(pg_blocking_pids(pid)) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = $1 AND wait_event_type = 'Lock')
     ORDER BY backend_start LIMIT 1`,
    [MIGRATING],
  );
  return rows[0];
}
