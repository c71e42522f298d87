/** How long a read may take before another endpoint is asked as well: twice as long as usual, within these. */
const PATIENCE_AT_LEAST_MS = 1_000;
const PATIENCE_AT_MOST_MS = 4_000;
/** How much longer than another an answer may take that is wanted beside it: twice as long as usual, at least this. */
const GRACE_AT_LEAST_MS = 3_000;
/** One that did not answer is given less time for so long. */
const SILENT_MS = 30_000;
/** What is only asked to compare endpoints is waited for twice as long as usual, within these. */
const INSPECTION_AT_LEAST_MS = 2_000;
const INSPECTION_AT_MOST_MS = 8_000;

/** How long an endpoint takes for each kind of read, and how long it is waited for by that. Times are ms of any clock. */
export class Pace {
  private readonly usualMs = new Map<string, number>();
  /** Reads that were not answered in time, and when; no longer once they are. */
  private readonly silentAtMs = new Map<string, number>();

  answered(what: string, tookMs: number): void {
    this.silentAtMs.delete(what);
    const usualMs = this.usualMs.get(what) ?? tookMs;
    this.usualMs.set(what, usualMs + (tookMs - usualMs) / 10);
  }

  wasSilent(what: string, nowMs: number): void {
    this.silentAtMs.set(what, nowMs);
  }

  /** How long a read may take before another endpoint is asked as well. */
  patienceMs(what: string): number {
    return within(PATIENCE_AT_LEAST_MS, PATIENCE_AT_MOST_MS, this.twiceUsualMs(what));
  }

  /** How long a read may take that nothing but a comparison needs. */
  inspectionMs(what: string): number {
    return within(INSPECTION_AT_LEAST_MS, INSPECTION_AT_MOST_MS, this.twiceUsualMs(what));
  }

  /**
   * How much longer a read may take than another endpoint's, where all are asked. One that was silent just now may be so
   * again: it has a moment to show that it is not, and its timeout is not waited for a second time.
   * @param answeredAtMs when anything at all came of it last
   */
  graceMs(what: string, nowMs: number, answeredAtMs: number): number {
    if (this.isSilent(what, nowMs, answeredAtMs)) return this.patienceMs(what);
    return Math.max(GRACE_AT_LEAST_MS, this.twiceUsualMs(what));
  }

  /** In this kind of read, or in any other, and nothing came of it since. */
  private isSilent(what: string, nowMs: number, answeredAtMs: number): boolean {
    const isRecent = (atMs: number) => nowMs - atMs < SILENT_MS;
    const newest = Math.max(-Infinity, ...this.silentAtMs.values());
    return isRecent(this.silentAtMs.get(what) ?? -Infinity) || (isRecent(newest) && newest > answeredAtMs);
  }

  private twiceUsualMs(what: string): number {
    return 2 * (this.usualMs.get(what) ?? 0);
  }
}

function within(least: number, most: number, ms: number): number {
  return Math.min(most, Math.max(least, ms));
}
