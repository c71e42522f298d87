import { type BlockRef } from '../chain/blocks/block.js';
import { type Chain } from '../chain/chain.js';
import { type ChainBlock } from '../chain/position/chain-block.entity.js';
import { type CursorRepository } from '../chain/position/cursor.repository.js';
import { runningMs } from '../process/running-time.js';

/**
 * For so long, ms in which we ran, all endpoints have to be on a shorter branch before it replaces ours: what it does not
 * have yet would be called failed, and a branch that goes on is longer than ours a moment later.
 */
const FOLLOWED_AFTER_MS = 60_000;

export type Standpoint =
  /** It is our branch, or may be: a node that lags or still syncs, or a chain that was set back and has not gone on. */
  | { kind: 'behind'; waitsFor: string }
  /** It is another branch, for so short a time that it is waited for. */
  | { kind: 'other branch'; waitsFor: string }
  /** It has been another branch for long: what replaces ours is looked for from its head downwards. */
  | { kind: 'set back' }
  /** As `set back`, and it is another one at the lowest block that is remembered. */
  | { kind: 'set back below all'; known: number; lowest: number };

/** What a head below the last scanned block means: a number alone does not say whose history it is. */
export class SetBack {
  /** Since when the head is on another branch; null: it is not. */
  private sinceMs: number | null = null;

  constructor(
    private readonly chain: Chain,
    private readonly cursors: CursorRepository,
    private readonly now: () => number = runningMs,
  ) {}

  /** The head is not below what was scanned. */
  isOver(): void {
    this.sinceMs = null;
  }

  /** @throws TooFewAnswersError, UnprovenAnswerError, RpcError: endpoints do not say, or not the same */
  async look(head: BlockRef): Promise<Standpoint> {
    const { chainId } = this.chain;
    const [known] = await this.cursors.knownBlocksFrom(chainId, head.number, 1);
    if (known?.blockNumber === head.number && known.blockHash === head.hash) return this.behind(head);
    if (known?.blockNumber === head.number) {
      const ours = { number: head.number, hash: known.blockHash };
      if (await this.chain.reader.isOnBranchOfAny(ours)) return this.behind(head);
      return this.otherBranch(head, { kind: 'set back' });
    }
    const above = await this.cursors.lowestAbove(chainId, head.number);
    if (above === null || !(await isNotBelow(this.chain, head, above))) return this.behind(head);
    if (known !== undefined) return this.otherBranch(head, { kind: 'set back' });
    const count = await this.cursors.count(chainId);
    return this.otherBranch(head, { kind: 'set back below all', known: count, lowest: above.blockNumber });
  }

  private behind({ number }: BlockRef): Standpoint {
    this.sinceMs = null;
    return {
      kind: 'behind',
      waitsFor:
        `the endpoints' head is block ${number}, below what was scanned and of our branch as far as can be told: ` +
        'for it to grow as far',
    };
  }

  private otherBranch({ number }: BlockRef, afterwards: Standpoint): Standpoint {
    const nowMs = this.now();
    this.sinceMs ??= nowMs;
    if (nowMs - this.sinceMs >= FOLLOWED_AFTER_MS) return afterwards;
    return {
      kind: 'other branch',
      waitsFor:
        `the endpoints' head is block ${number}, below what was scanned and of another branch: for it to grow as far, ` +
        `or to stay so for ${FOLLOWED_AFTER_MS / 1_000} s, and then that branch replaces ours`,
    };
  }
}

/**
 * Whether endpoints agree on a block that is later than one of ours above it: then it is no block below that one, since
 * no block is later than those that follow it.
 * @throws TooFewAnswersError, RpcError
 */
export async function isNotBelow(
  { reader }: Pick<Chain, 'reader'>,
  head: BlockRef,
  ours: ChainBlock,
): Promise<boolean> {
  if (head.number >= ours.blockNumber || head.time <= ours.blockTime) return false;
  const agreed = await reader.agreedHeader(head.number);
  return agreed !== null && agreed.time > ours.blockTime;
}
