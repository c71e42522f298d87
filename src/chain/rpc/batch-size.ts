const HOLD_FIRST_MS = 60_000;
const HOLD_LONGEST_MS = 10 * 60_000;

/**
 * How many calls to put into one request, or to have under way: fewer as soon as that was too much, and more again as
 * they are answered. What a node refused is not tried again for a while, longer each time: limits of a vendor stand,
 * those of a busy hour pass. Times are ms of any clock.
 */
export class BatchSize {
  private size: number;
  private ceiling: number;
  private ceilingUntilMs = -Infinity;
  private holdMs = HOLD_FIRST_MS;
  private wasAnswered = true;

  /** @param most calls that are ever put together */
  constructor(private readonly most: number) {
    this.size = most;
    this.ceiling = most;
  }

  /** Calls, 1 or more. */
  get calls(): number {
    return this.size;
  }

  /** @param calls how many were sent; an answer to fewer than could have been says nothing */
  answered(calls: number, nowMs: number): void {
    this.wasAnswered = true;
    if (calls < this.size) return;
    const limit = nowMs < this.ceilingUntilMs ? this.ceiling : this.most;
    this.size = Math.min(limit, this.size * 2 <= limit ? this.size * 2 : this.size + 1);
  }

  /** The node said that it was too much. */
  refused(calls: number, nowMs: number): void {
    this.ceiling = Math.max(1, calls - 1);
    this.ceilingUntilMs = nowMs + this.holdMs;
    this.holdMs = Math.min(HOLD_LONGEST_MS, this.holdMs * 2);
    this.halve(calls);
  }

  /** Nothing came, or not all of it: too much for the line, or the node is in trouble, which has nothing to do with it. */
  failed(calls: number, nowMs: number): void {
    // Where nothing at all is answered any more, a smaller size will not be what helps.
    if (this.wasAnswered && calls > 1) {
      // What is between is not tried for now: each try that fails costs all the time there is.
      this.ceiling = Math.floor(calls / 2);
      this.ceilingUntilMs = nowMs + HOLD_FIRST_MS;
    }
    this.wasAnswered = false;
    this.halve(calls);
  }

  /** Several that were sent at the same size and failed together count once. */
  private halve(calls: number): void {
    this.size = Math.max(1, Math.min(this.size, Math.floor(calls / 2)));
  }
}
