/** However seldom its final block was seen to move, one that stands still for twice this is not waited for. */
const LONGEST_RHYTHM_MS = 12 * 60 * 60_000;
/** Who names the first block as final, with one above this many known to another, does not know what is final. */
const NO_FINALITY_YET = 1_024;

export interface FinalWord {
  endpoint: string;
  number: number;
}

interface Mark {
  number: number;
  /** When it was first named. */
  sinceMs: number;
  /** The longest time between two rises. */
  rhythmMs: number;
}

/** How the final block that each endpoint names moves. Times are ms of any clock. */
export class FinalMarks {
  private readonly marks = new Map<string, Mark>();

  /** @param patienceMs a final block that did not rise for so long stands still */
  constructor(private readonly patienceMs: number) {}

  see({ endpoint, number }: FinalWord, nowMs: number): void {
    const mark = this.marks.get(endpoint);
    if (mark !== undefined && number <= mark.number) return;
    const rhythmMs = mark === undefined ? 0 : Math.max(mark.rhythmMs, nowMs - mark.sinceMs);
    this.marks.set(endpoint, { number, sinceMs: nowMs, rhythmMs: Math.min(LONGEST_RHYTHM_MS, rhythmMs) });
  }

  /** Whether it has not risen for long, also by its own measure: some chains’ finality comes in hours. */
  isStill(endpoint: string, nowMs: number): boolean {
    const mark = this.marks.get(endpoint);
    return mark !== undefined && nowMs - mark.sinceMs >= Math.max(this.patienceMs, 2 * mark.rhythmMs);
  }

  /**
   * Those of `said` that have no say: what they name stands still while a higher one of another goes on. Such an endpoint
   * contradicts nobody, it is behind: what it names is final by the others' word as well.
   */
  leftOut(said: readonly FinalWord[], nowMs: number): FinalWord[] {
    const highest = Math.max(
      ...said.filter((one) => !this.isStill(one.endpoint, nowMs)).map((one) => one.number),
    );
    return said.filter(({ endpoint, number }) => {
      if (number >= highest) return false;
      return this.isStill(endpoint, nowMs) || (number === 0 && highest > NO_FINALITY_YET);
    });
  }
}
