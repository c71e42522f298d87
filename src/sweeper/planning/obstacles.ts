import { type Obstacle } from './decide.js';

/** After so many failures in a row, the next try waits so long; after the last of them, for an operator. */
const RETRY_AFTER_MS = [10 * 60_000, 60 * 60_000, 6 * 60 * 60_000];

/** @returns when to try again; null: only when it is asked for */
function retryAt(failures: number, lastAt: Date): Date | null {
  const wait = RETRY_AFTER_MS[failures - 1];
  return wait === undefined ? null : new Date(lastAt.getTime() + wait);
}

/** Null: it is tried again now. */
export function failedBefore(
  { failures, lastAt }: { failures: number; lastAt: Date },
  now: Date,
): Obstacle | null {
  const at = retryAt(failures, lastAt);
  if (at !== null && at <= now) return null;
  const next =
    at === null
      ? 'it is tried again only when asked for (quittance sweep run --payment … --force)'
      : `it is tried again at ${at.toISOString()}`;
  return {
    code: 'failed_before',
    reason: `it failed ${failures === 1 ? 'just now' : `${failures} times in a row`}; ${next}`,
  };
}
