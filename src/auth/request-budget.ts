/** A token bucket per key: `perMinute` requests at once, refilled evenly. Kept per process. */
export class RequestBudget {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  /** @param perMinute 0: no limit */
  constructor(private readonly perMinute: number) {}

  /**
   * @param nowMs ms since the epoch
   * @returns 0 when the request may pass, else after how many seconds the next one may
   */
  spend(key: string, nowMs: number): number {
    if (this.perMinute === 0) return 0;
    const perMs = this.perMinute / 60_000;
    const { tokens, at } = this.buckets.get(key) ?? { tokens: this.perMinute, at: nowMs };
    const refilled = Math.min(this.perMinute, tokens + (nowMs - at) * perMs);
    if (refilled < 1) return Math.ceil((1 - refilled) / perMs / 1000);
    this.buckets.set(key, { tokens: refilled - 1, at: nowMs });
    return 0;
  }
}
