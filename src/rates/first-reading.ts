import { within } from '../process/within.js';

/** A source that stays out of reach keeps a process from being ready no longer than that. */
const LONGEST_MS = 10_000;

/** The time after a start in which the sources of rates are read for the first time. Who needs a rate may wait for its end. */
export class FirstReading {
  private deadline: NodeJS.Timeout | null = null;
  private finish: () => void = () => undefined;
  private readonly finished = new Promise<void>((resolve) => (this.finish = resolve));

  /** False before it began as well, as in a process that reads no sources. */
  get isUnderWay(): boolean {
    return this.deadline !== null;
  }

  begin(longestMs: number = LONGEST_MS): void {
    this.deadline = setTimeout(() => this.end(), longestMs).unref();
  }

  end(): void {
    if (this.deadline !== null) clearTimeout(this.deadline);
    this.deadline = null;
    this.finish();
  }

  /** Until it ends, or so long at most. */
  async wait(timeoutMs: number = LONGEST_MS): Promise<void> {
    if (this.isUnderWay) await within(timeoutMs, this.finished, undefined);
  }
}
