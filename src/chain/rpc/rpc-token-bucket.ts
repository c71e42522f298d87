/** Lets calls through at a steady rate, and a second's worth of them at once. Times are ms of any clock. */
export class TokenBucket {
  private tokens: number;
  private filledAtMs: number;

  /** @param perSecond calls */
  constructor(
    private readonly perSecond: number,
    nowMs: number,
  ) {
    this.tokens = Math.max(1, perSecond);
    this.filledAtMs = nowMs;
  }

  /** How long a call would wait that asked now, in ms. */
  waitMs(nowMs: number): number {
    const filled = this.tokens + ((nowMs - this.filledAtMs) / 1000) * this.perSecond;
    return filled >= 1 ? 0 : Math.ceil(((1 - filled) / this.perSecond) * 1000);
  }

  /** Takes a token, also one that is still to come: waiting calls go in the order in which they asked. @returns how long to wait, in ms */
  take(nowMs: number): number {
    const filled = this.tokens + ((nowMs - this.filledAtMs) / 1000) * this.perSecond;
    this.tokens = Math.min(Math.max(1, this.perSecond), filled) - 1;
    this.filledAtMs = nowMs;
    return this.tokens >= 0 ? 0 : Math.ceil((-this.tokens / this.perSecond) * 1000);
  }
}
