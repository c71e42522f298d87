import { Injectable } from '@nestjs/common';
import { type Chain } from '../chain/chain.js';
import { ChainService } from '../chain/chain.service.js';
import { ScannedChain } from '../scanner/scanned-chain.js';
import { LoopMetrics } from './loop-metrics.js';
import { type Failure, type Moved, Movers, NOTHING_MOVED, type Round } from './movers.js';
import { OutgoingFollower } from './outgoing-follower.js';
import { SigningPauses } from './signing-pauses.js';

/** One round over a chain: what moves money out, from top to bottom. */
@Injectable()
export class OutgoingRound {
  constructor(
    private readonly chains: ChainService,
    private readonly scanned: ScannedChain,
    private readonly pauses: SigningPauses,
    private readonly follower: OutgoingFollower,
    private readonly movers: Movers,
    private readonly metrics: LoopMetrics,
  ) {}

  /** @throws what keeps the whole round from being made, as RpcError; what concerns one item is among the failures */
  async run(chain: Chain): Promise<Moved> {
    const round = await this.begin(chain);
    if (round === null) return NOTHING_MOVED;
    // What a reorg took back is open again, and the paying accounts are in the books, before anything is signed.
    await this.follower.prepare(chain);
    const failures: Failure[] = [...(await this.follower.follow(round))];
    let hasSigned = false;
    for (const { turn, mover } of this.movers.inTurn()) {
      try {
        const moved = await mover.move(round);
        hasSigned ||= moved.hasSigned;
        failures.push(...moved.failures);
      } catch (error) {
        failures.push({ what: `${turn} could not be looked at`, error: error as Error });
      }
    }
    return { hasSigned, failures };
  }

  /** Null: nothing can be done on the chain now. */
  private async begin(chain: Chain): Promise<Round | null> {
    if ((await this.chains.check(chain.name)).state !== 'ready') return null;
    const extent = await this.scanned.extent(chain);
    if (extent === null) return null;
    const { isPaused } = await this.pauses.current();
    this.metrics.isPaused(isPaused);
    const quote = await chain.accounts.gasQuote();
    const isHeld = await this.pauses.isChainHeld(chain.chainId);
    return { chain, extent, quote, isPaused: isPaused || isHeld };
  }
}
