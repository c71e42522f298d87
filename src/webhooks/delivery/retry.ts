const JITTER = 0.2;
/** A consumer may ask for a pause, not for silence. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * Delay before the next attempt, in ms, with ±20 % jitter.
 * @param scheduleMs waiting times between attempts
 * @param attempts attempts already made, 1-based
 * @param random from 0 to 1
 * @returns undefined when the schedule is used up: the delivery is dead
 */
export function delayAfter(
  scheduleMs: readonly number[],
  attempts: number,
  random: number,
): number | undefined {
  const base = scheduleMs[attempts - 1];
  return base === undefined ? undefined : Math.round(base * (1 - JITTER + 2 * JITTER * random));
}

/**
 * How long a consumer that is overloaded asks us to wait (RFC 9110, section 10.2.3): seconds, or a date.
 * @returns ms, 24 hours at most; undefined when it does not say
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS);
}
