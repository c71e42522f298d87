import { type RpcFailure } from './rpc-failure.js';

/**
 * How many blocks' logs to ask for at once: more after each answer, fewer as soon as a node says that it was too much.
 * It doubles until the first refusal, and grows by one from then on, but never past what a node named as its limit.
 */
export class RangeSize {
  private size = 1;
  private limit: number;
  private wasRefused = false;

  /** @param most blocks that are ever asked for at once */
  constructor(most: number) {
    this.limit = most;
  }

  /** Blocks, 1 or more. */
  get blocks(): number {
    return this.size;
  }

  /** @param blocks how many were asked for; an answer to fewer than could have been says nothing */
  answered(blocks: number): void {
    if (blocks < this.size) return;
    this.size = Math.min(this.limit, this.wasRefused ? this.size + 1 : 2 * this.size);
  }

  /** @returns whether fewer blocks may be answered; else the failure has another cause, or one block is too much */
  refused(blocks: number, { kind, maxBlocks }: RpcFailure): boolean {
    if (blocks === 1 || (kind !== 'range_too_large' && kind !== 'too_many_results')) return false;
    this.wasRefused = true;
    const told = maxBlocks !== undefined && maxBlocks < blocks ? maxBlocks : null;
    // Too many results are a matter of these very blocks; a range is too large whatever is in it.
    if (told !== null && kind === 'range_too_large') this.limit = told;
    this.size = told ?? Math.floor(blocks / 2);
    return true;
  }
}
