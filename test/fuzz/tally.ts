/** What came of one method's windows. */
export class Tally {
  windows = 0;
  /** Answers that were changed, at the first of two endpoints and at an only one. */
  readonly changed = { two: 0, alone: 0 };
  /** The longest that anything took: with two from the block on, alone from the end of the fault on. */
  readonly worstMs = { two: 0, alone: 0 };

  constructor(readonly name: string) {}

  get count(): number {
    return this.changed.two + this.changed.alone;
  }

  add(isAlone: boolean, changed: number, tookMs: number): void {
    const place = isAlone ? 'alone' : 'two';
    this.windows += 1;
    this.changed[place] += changed;
    this.worstMs[place] = Math.max(this.worstMs[place], Math.round(tookMs));
  }

  toString(): string {
    const { two, alone } = this.changed;
    const { worstMs } = this;
    return (
      `${this.name}: ${this.count} answers changed in ${this.windows} windows: ` +
      `${two} at the first of two, worst step ${worstMs.two} ms; ${alone} at an only one, back after ${worstMs.alone} ms at most`
    );
  }
}
