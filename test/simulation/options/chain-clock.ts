/** By which a chain dates its blocks. */
export interface ChainClock {
  /** Whole. */
  readonly seconds: number;
  pass(seconds: number): void;
}

/** Ahead of ours by what was passed, for one chain alone: processes of their own go by the machine's. */
export class AheadClock implements ChainClock {
  private aheadSeconds = 0;

  get seconds(): number {
    return Math.floor(Date.now() / 1_000) + this.aheadSeconds;
  }

  pass(seconds: number): void {
    this.aheadSeconds += seconds;
  }
}
