const FAILURES_TO_OPEN = 5;
const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 15_000;
/** A gateway that says "in a day", or has the date wrong, may be well in a minute. */
const LONGEST_TOLD_REST_MS = 60_000;

/**
 * Spares an endpoint that keeps failing, and calls that wait for it: after some failures in a row it rests, then one call
 * probes it; the rest doubles as long as probes fail. Times are ms of any clock.
 */
export class Circuit {
  private failures = 0;
  private rests = 0;
  private restsUntilMs = -Infinity;
  private isProbing = false;

  state(nowMs: number): 'closed' | 'open' | 'half_open' {
    if (this.rests === 0) return 'closed';
    return nowMs < this.restsUntilMs ? 'open' : 'half_open';
  }

  /** Whether a call may go; in `half_open` only one, which must be followed by `succeeded`, `failed` or `release`. */
  admits(nowMs: number): boolean {
    const state = this.state(nowMs);
    if (state !== 'half_open') return state === 'closed';
    if (this.isProbing) return false;
    this.isProbing = true;
    return true;
  }

  /** What was to probe came to an end without a call. */
  release(): void {
    this.isProbing = false;
  }

  succeeded(): void {
    this.failures = 0;
    this.rests = 0;
    this.isProbing = false;
  }

  /** @param restMs the node's own word on how long to leave it alone: heeded up to a minute */
  failed(nowMs: number, restMs?: number): void {
    this.failures++;
    const wasProbe = this.isProbing;
    this.isProbing = false;
    if (restMs === undefined && !wasProbe && this.failures < FAILURES_TO_OPEN) return;
    // Calls that were under way when it opened do not lengthen the rest.
    if (!wasProbe && this.state(nowMs) === 'open' && restMs === undefined) return;
    this.rests++;
    const ownMs = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (this.rests - 1));
    this.restsUntilMs = Math.max(this.restsUntilMs, nowMs + Math.min(restMs ?? ownMs, LONGEST_TOLD_REST_MS));
  }
}
