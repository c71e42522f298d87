/**
 * Payments expire, and deliveries and rates are timed, by Postgres' clock; webhooks and returns are signed by ours, and both
 * are compared with blocks. Apart by more than this, one of them is wrong.
 */
export const CLOCK_WRONG_MS = 30_000;

export interface ClockReading {
  /** How far our clock is ahead of Postgres'; negative: behind. Null: Postgres did not answer. */
  aheadOfDatabaseMs: number | null;
  /** How far the newest scanned block of any chain is ahead of Postgres' clock. Null: there is none. */
  behindChainsMs: number | null;
}

/**
 * How far a clock is ahead of another that was asked, as far as that is certain: what the question took is in its favour.
 * @param askedMs when the other was asked, by ours @param answeredMs when it had answered, by ours
 */
export function aheadBy(askedMs: number, answeredMs: number, otherMs: number): number {
  if (otherMs < askedMs) return askedMs - otherMs;
  return otherMs > answeredMs ? answeredMs - otherMs : 0;
}

/** @returns what is wrong with our clock, for the operator; null: nothing that can be seen from here */
export function clockProblem({ aheadOfDatabaseMs, behindChainsMs }: ClockReading): string | null {
  const seconds = (ms: number) => `${Math.round(Math.abs(ms) / 1_000)} s`;
  if (aheadOfDatabaseMs !== null && Math.abs(aheadOfDatabaseMs) > CLOCK_WRONG_MS) {
    const side = aheadOfDatabaseMs > 0 ? 'ahead of' : 'behind';
    return `this machine's clock is ${seconds(aheadOfDatabaseMs)} ${side} Postgres': receivers may refuse webhooks; ${MEND}`;
  }
  if (behindChainsMs !== null && behindChainsMs > CLOCK_WRONG_MS)
    return `Postgres' clock is ${seconds(behindChainsMs)} behind the newest block: payments expire too early, and prices of feeds are refused; ${MEND}`;
  return null;
}

const MEND = 'let the clocks of both machines be set by NTP (timedatectl set-ntp true)';
