import { setTimeout as delay } from 'node:timers/promises';

/** A copying mistake is tried some times; nobody has that many wrong keys. */
const REFUSALS_PER_MINUTE = 30;
const MINUTE_MS = 60_000;
const MAX_REMEMBERED = 10_000;
/** Before an answer to an address that goes on. */
const HOLD_MS = 1_000;
/** Answers held back at the same time; beyond that they would cost more than they keep away. */
const MAX_HELD = 100;

/**
 * Keys that were refused, by the address they came from. A key of 256 bits cannot be guessed: this keeps whoever tries from
 * filling the log and the database, and never keeps a good key from passing, which may come from the same proxy. Per process.
 */
export class BadKeys {
  private readonly byAddress = new Map<string, { count: number; since: number }>();
  private held = 0;

  /**
   * Notes that a key was refused.
   * @param nowMs ms since the epoch
   * @returns 0, or after how many seconds the address may try another
   */
  refused(address: string, nowMs: number): number {
    const known = this.byAddress.get(address);
    if (!known || nowMs - known.since >= MINUTE_MS) {
      if (this.byAddress.size >= MAX_REMEMBERED) this.byAddress.clear();
      this.byAddress.set(address, { count: 1, since: nowMs });
      return 0;
    }
    known.count += 1;
    return known.count <= REFUSALS_PER_MINUTE ? 0 : Math.ceil((known.since + MINUTE_MS - nowMs) / 1000);
  }

  async holdBack(): Promise<void> {
    if (this.held >= MAX_HELD) return;
    this.held += 1;
    try {
      await delay(HOLD_MS);
    } finally {
      this.held -= 1;
    }
  }
}
