import { setTimeout as delay } from 'node:timers/promises';
import { causesOf } from './database-away.js';

/** PostgreSQL, appendix A: a serialization failure, and a deadlock. What had been written is rolled back. */
const CONFLICTS = new Set(['40001', '40P01']);
const TRIES = 4;
/** Times the tries made: whoever won is at its end by then, and two who lost do not meet again at the same moment. */
const PAUSE_MS = 20;

/** Whether Postgres ended a transaction so that another could go on: the same one, begun again, may well succeed. */
export function isConflict(error: unknown): boolean {
  return causesOf(error).some(
    (cause) => 'severity' in cause && CONFLICTS.has(String((cause as NodeJS.ErrnoException).code)),
  );
}

/**
 * Begins again what Postgres has ended for another's sake, which keeps nothing of the first try.
 * @param work one whole transaction, or one statement outside of any; what it does beside the database it may do twice
 */
export async function againInConflict<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !isConflict(error)) throw error;
      await delay(PAUSE_MS * tries * (0.5 + Math.random()));
    }
  }
}
