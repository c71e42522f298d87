/** So often it has to have been asked in that time, without a gap of this many times as long. */
const ASKED_AT_LEAST = 3;
const LONGEST_GAP = 5;

/** Since when somebody was asked and gave no answer, each time. Times are ms of any clock. */
export class Silence {
  private sinceMs = 0;
  private lastMs = -Infinity;
  private times = 0;

  /** @param patienceMs one that nobody asked for a multiple of it has not been silent meanwhile: it begins anew */
  wasSilent(nowMs: number, patienceMs: number): void {
    if (isTooLongAgo(this.lastMs, nowMs, patienceMs)) {
      this.sinceMs = nowMs;
      this.times = 0;
    }
    this.lastMs = nowMs;
    this.times += 1;
  }

  /** From the first to the last time it was asked; 0 where that was not often enough, or is long ago. */
  lastedMs(nowMs: number, patienceMs: number): number {
    if (this.times < ASKED_AT_LEAST || isTooLongAgo(this.lastMs, nowMs, patienceMs)) return 0;
    return this.lastMs - this.sinceMs;
  }

  answered(): void {
    this.lastMs = -Infinity;
    this.times = 0;
  }
}

/** Nobody knows what it would have said since. */
function isTooLongAgo(lastMs: number, nowMs: number, patienceMs: number): boolean {
  return nowMs - lastMs >= LONGEST_GAP * patienceMs;
}
