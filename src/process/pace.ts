/** Lets something through at most once in a while, as a log line of what fails many times a second. */
export class Pace {
  private lastMs = -Infinity;

  constructor(private readonly everyMs: number) {}

  /** @returns whether it is time again */
  isDue(nowMs: number): boolean {
    if (nowMs - this.lastMs < this.everyMs) return false;
    this.lastMs = nowMs;
    return true;
  }
}
