import { setTimeout as delay } from 'node:timers/promises';
import { withConnection } from './connect.js';
import { DatabaseUnreachableError } from './database-refusal.js';

const RETRY_MS = 500;
const SAY_EVERY_MS = 30_000;

export interface AwaitingDatabase {
  /** One line for the operator, at once and then every half a minute. */
  warn: (line: string) => void;
  /** Ends the wait. */
  signal: AbortSignal;
}

/**
 * Waits for a database that is away: one that restarts, or starts after us, as all of them do when a machine comes up.
 * @throws DatabaseUnreachableError: it refuses us, which waiting does not change; AbortError
 */
export async function awaitDatabase(url: string, { warn, signal }: AwaitingDatabase): Promise<void> {
  let saidAtMs = -Infinity;
  for (;;) {
    try {
      return await withConnection(url, 'quittance start', async (client) => {
        await client.query('SELECT 1');
      });
    } catch (error) {
      if (!(error instanceof DatabaseUnreachableError) || !error.isAway) throw error;
      if (Date.now() - saidAtMs >= SAY_EVERY_MS) {
        saidAtMs = Date.now();
        warn(`${error.message}. It is waited for`);
      }
    }
    signal.throwIfAborted();
    await delay(RETRY_MS, undefined, { signal });
  }
}
