import { setTimeout as delay } from 'node:timers/promises';
import { withConnection } from './connect.js';
import { type PostgresClient } from './postgres-client.js';
import { isLastingRefusal, isDatabaseAway, isOutOfRoom } from './database-away.js';
import { DatabaseUnreachableError } from './database-refusal.js';
import { steadyMs } from '../process/steady-time.js';

const RETRY_MS = 500;
const SAY_EVERY_MS = 30_000;

export interface AwaitingDatabase {
  /** One line for the operator, at once and then every half a minute. */
  warn: (line: string) => void;
  /** Ends the wait. */
  signal: AbortSignal;
}

/** As in a failover, until it becomes the primary. */
class StandbyError extends Error {
  constructor() {
    super('the database is a standby, which takes no writes; let DATABASE_URL lead to the primary');
  }
}

/**
 * Waits for a database that is away: one that restarts, or starts after us, as all of them do when a machine comes up.
 * @throws DatabaseUnreachableError: it refuses us, which waiting does not change; AbortError
 */
export async function awaitDatabase(url: string, { warn, signal }: AwaitingDatabase): Promise<void> {
  return again(() => withConnection(url, 'quittance start', requirePrimary), {
    isPassing: (error) =>
      error instanceof StandbyError || (error instanceof DatabaseUnreachableError && error.isAway),
    warn: ({ message }) => warn(`${message}. It is waited for`),
    signal,
  });
}

/**
 * Begins a start again whose database went away in the middle of it, or whose disk is full, until it comes to its end.
 * @param start waits for the database first
 * @throws what start says, unless it is one of these; AbortError
 */
export function beginAgain<T>(start: () => Promise<T>, { warn, signal }: AwaitingDatabase): Promise<T> {
  return again(start, {
    isPassing: (error) => isOutOfRoom(error) || (isDatabaseAway(error) && !isLastingRefusal(error)),
    warn: (error) =>
      warn(
        isOutOfRoom(error)
          ? `no room is left on the disk of DATA_DIR: ${error.message}. The start begins again until there is some`
          : `the database went away while we started: ${error.message}. The start begins again`,
      ),
    signal,
  });
}

async function requirePrimary(client: PostgresClient): Promise<void> {
  const { rows } = await client.query<{ is_standby: boolean }>('SELECT pg_is_in_recovery() AS is_standby');
  if (rows[0]?.is_standby) throw new StandbyError();
}

interface Again {
  isPassing: (error: unknown) => boolean;
  warn: (error: Error) => void;
  signal: AbortSignal;
}

async function again<T>(work: () => Promise<T>, { isPassing, warn, signal }: Again): Promise<T> {
  let saidAtMs = -Infinity;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      if (steadyMs() - saidAtMs >= SAY_EVERY_MS) {
        saidAtMs = steadyMs();
        warn(error as Error);
      }
    }
    await delay(RETRY_MS, undefined, { signal });
  }
}
