import { runningMs } from '../process/running-time.js';

/** A failure that took no longer costs nobody anything: the item is tried again at its next turn. */
const QUICK_MS = 1_000;
/** Of the time that its item takes, a slow failure gets this part at most. */
const REST_FACTOR = 10;
const LONGEST_REST_MS = 600_000;

/**
 * Items whose try failed, and took long to: a node that answers to everything but one recipient has each try of it take as
 * long as the patience with nodes. They rest ten times as long as the try took, and twice as long as before.
 */
export class SlowItems {
  private readonly rests = new Map<string, { ms: number; untilMs: number }>();

  /** @param now ms of any clock */
  constructor(readonly now: () => number = runningMs) {}

  /** Those that may be tried now, of which nothing bad is known first. */
  inTurn<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
    const now = this.now();
    const restsOf = (item: T) => this.rests.get(keyOf(item));
    const free = items.filter((item) => now >= (restsOf(item)?.untilMs ?? 0));
    return [
      ...free.filter((item) => restsOf(item) === undefined),
      ...free.filter((item) => restsOf(item) !== undefined),
    ];
  }

  /** @throws what `one` throws, after which the item rests if that took long */
  async watch<T>(key: string, one: () => Promise<T>): Promise<T> {
    const beganAt = this.now();
    try {
      const done = await one();
      this.rests.delete(key);
      return done;
    } catch (error) {
      this.failed(key, this.now() - beganAt);
      throw error;
    }
  }

  private failed(key: string, tookMs: number): void {
    const now = this.now();
    // What is done with by now is not asked for again.
    for (const [old, { untilMs }] of this.rests) if (untilMs + LONGEST_REST_MS < now) this.rests.delete(old);
    if (tookMs < QUICK_MS) return void this.rests.delete(key);
    const before = this.rests.get(key)?.ms ?? 0;
    const ms = Math.min(LONGEST_REST_MS, Math.max(REST_FACTOR * tookMs, 2 * before));
    this.rests.set(key, { ms, untilMs: now + ms });
  }
}
