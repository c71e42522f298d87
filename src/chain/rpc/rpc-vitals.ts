/** How much the newest call weighs: the last ten or so make the picture. */
const WEIGHT = 0.1;
/** At which each halves the score. */
const SLOW_MS = 2_000;
const FAR_BEHIND = 8;

/** How an endpoint has been doing lately. */
export class Vitals {
  private errorRate = 0;
  private latencyMs: number | null = null;

  called(isGood: boolean, ms: number): void {
    this.errorRate += WEIGHT * ((isGood ? 0 : 1) - this.errorRate);
    // How long a failure took says nothing: a refusal is quick, and a timeout is counted as the failure it is.
    if (isGood)
      this.latencyMs = this.latencyMs === null ? ms : this.latencyMs + WEIGHT * (ms - this.latencyMs);
  }

  /** @param lag blocks behind the highest head of all endpoints. @returns 0 to 1 */
  score(lag: number): number {
    const latency = 1 / (1 + (this.latencyMs ?? 0) / SLOW_MS);
    return (1 - this.errorRate) * latency * (1 / (1 + Math.max(0, lag) / FAR_BEHIND));
  }
}
