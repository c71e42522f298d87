import { Injectable } from '@nestjs/common';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { GasTank } from '../outgoing/gas-tank.js';
import { OutgoingFollower } from '../outgoing/outgoing-follower.js';
import { RefundSteps } from '../refunds/refund-steps.js';
import { ScannedChain } from '../scanner/scanned-chain.js';
import { GasReturns } from './gas-returns.js';
import { SweepPlanner } from './planning/sweep-planner.js';
import { SweepSteps } from './sweep-steps.js';
import { SweeperMetrics } from './sweeper-metrics.js';
import { SweepsRepository } from './sweeps.repository.js';

const NO_OPTIONS = { paymentIds: null, isForced: false, isDryRun: false };

/** What one round over a chain is made of. */
@Injectable()
export class SweepWork {
  constructor(
    private readonly chains: ChainService,
    private readonly scanned: ScannedChain,
    private readonly follower: OutgoingFollower,
    private readonly refunds: RefundSteps,
    private readonly planner: SweepPlanner,
    private readonly steps: SweepSteps,
    private readonly returns: GasReturns,
    private readonly tank: GasTank,
    private readonly sweeps: SweepsRepository,
    readonly metrics: SweeperMetrics,
  ) {}

  /**
   * @returns whether something was signed that waits to be broadcast
   * @throws RpcError
   */
  async round(chain: ChainConfig): Promise<boolean> {
    if ((await this.chains.check(chain.name)).state !== 'ready') return false;
    const extent = await this.scanned.extent(chain);
    if (extent === null) return false;
    const { isPaused } = await this.sweeps.control();
    this.metrics.isPaused(isPaused);
    const quote = await this.chains.accounts(chain.name).gasQuote();
    const circumstances = { extent, quote, isPaused };
    await this.follower.follow(chain, circumstances);
    const hasRefunded = await this.refunds.step(chain, circumstances);
    const hasSwept = await this.steps.step(chain, circumstances);
    const hasReturned = await this.returns.step(chain, circumstances);
    return hasRefunded || hasSwept || hasReturned;
  }

  /** @throws SweepRefusedError, RpcError */
  async plan(chain: ChainConfig): Promise<void> {
    await this.tank.inspect(chain);
    await this.planner.plan(chain, NO_OPTIONS);
  }
}
