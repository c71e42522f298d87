import { type RpcFailure, type RpcFailureKind } from './rpc-failure.js';

const TOO_MUCH: readonly RpcFailureKind[] = [
  'range_too_large',
  'too_many_results',
  'too_large',
  'parameters',
  'fatal',
];
const IN_TROUBLE: readonly RpcFailureKind[] = ['transient', 'internal', 'unproven'];

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

  /**
   * Not every node says in words that are known here that it was too much: what is refused of many blocks is asked of
   * fewer, down to one. Where the node is in trouble, or left logs out, as some do instead of refusing, fewer are asked
   * for the next time.
   * @returns whether fewer blocks may be answered at once; else the failure has another cause, or one block is too much
   */
  refused(blocks: number, { kind, maxBlocks }: RpcFailure): boolean {
    if (blocks === 1) return false;
    if (IN_TROUBLE.includes(kind)) {
      this.size = Math.min(this.size, Math.floor(blocks / 2));
      return false;
    }
    if (!TOO_MUCH.includes(kind)) return false;
    this.wasRefused = true;
    const told = maxBlocks !== undefined && maxBlocks < blocks ? maxBlocks : null;
    // Too many results are a matter of these very blocks; a range is too large whatever is in it.
    if (told !== null && kind === 'range_too_large') this.limit = told;
    this.size = told ?? Math.floor(blocks / 2);
    return true;
  }
}
