/** However seldom its final block moves, one that stands still for twice this is not waited for. */
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
  /** Between the last two rises. */
  gapMs: number;
  /** The shorter of the last two gaps: a single outage is no rhythm. */
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
    const gapMs = mark === undefined ? 0 : nowMs - mark.sinceMs;
    const rhythmMs = Math.min(LONGEST_RHYTHM_MS, gapMs, mark?.gapMs ?? 0);
    this.marks.set(endpoint, { number, sinceMs: nowMs, gapMs, rhythmMs });
  }

  /** Whether it has not risen for long, also by its own measure: some chains’ finality comes in hours. */
  isStill(endpoint: string, nowMs: number): boolean {
    const mark = this.marks.get(endpoint);
    return mark !== undefined && nowMs - mark.sinceMs >= Math.max(this.patienceMs, 2 * mark.rhythmMs);
  }

  /**
   * Those of `said` that have no say: what they name stands still while higher ones of as many others go on. Such an
   * endpoint is behind: what it names is final by the others' word as well. More that stand still are not: perhaps it is
   * the chain that calls nothing final, and the others make it up.
   */
  leftOut(said: readonly FinalWord[], nowMs: number): FinalWord[] {
    const still = new Set(said.filter(({ endpoint }) => this.isStill(endpoint, nowMs)));
    const highest = Math.max(...said.filter((one) => !still.has(one)).map(({ number }) => number));
    const mayStillBeLeftOut = 2 * still.size <= said.length;
    return said.filter((one) => {
      if (one.number >= highest) return false;
      return (mayStillBeLeftOut && still.has(one)) || (one.number === 0 && highest > NO_FINALITY_YET);
    });
  }
}
