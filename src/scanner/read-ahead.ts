import { type Block } from '../chain/block.js';

/** Batches that wait while one is committed. */
const BATCHES = 2;

type Blocks = (Block | null)[];

/**
 * While catching up, the node answers for the next batches while Postgres takes this one. They are read one after the
 * other, so that no more is asked of the node at once than otherwise, and no more than two wait.
 */
export class ReadAhead {
  private batches: { from: number; to: number; blocks: Promise<Blocks | null> }[] = [];

  constructor(
    /** Blocks at most in each. */
    private readonly size: number,
    private readonly readBlocks: (from: number, to: number) => Promise<Blocks>,
  ) {}

  /** @returns what was read from this block on; null where that was something else, or could not be read */
  async take(from: number): Promise<Blocks | null> {
    const batch = this.batches.shift();
    const blocks = batch?.from === from ? await batch.blocks : null;
    if (blocks === null) this.batches = [];
    return blocks;
  }

  /** Begins to read the batches that follow, as far as the chain goes. */
  read(from: number, head: number): void {
    if (this.batches[0]?.from !== from) this.batches = [];
    for (;;) {
      const last = this.batches.at(-1);
      const next = last ? last.to + 1 : from;
      if (next > head || this.batches.length >= BATCHES) return;
      const to = Math.min(head, next + this.size - 1);
      const blocks = (last?.blocks ?? Promise.resolve([]))
        .then((before) => (before === null ? null : this.readBlocks(next, to)))
        .catch(() => null);
      this.batches.push({ from: next, to, blocks });
    }
  }
}
