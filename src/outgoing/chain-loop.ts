import { Logger } from '@nestjs/common';
import { type Chain } from '../chain/chain.js';
import { type AdvisoryLocks } from '../database/advisory-locks.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { type LoopMetrics } from './loop-metrics.js';
import { type OutgoingRound } from './outgoing-round.js';
import { steadyMs } from '../process/steady-time.js';

const COMPLAIN_EVERY_MS = 60_000;

/** Rounds over one chain, while this process holds it, and what is said about them. */
export class ChainLoop {
  private readonly logger = new Logger('Sweeper');
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  private isHolder: boolean | null = null;

  constructor(
    private readonly chain: Chain,
    private readonly locks: AdvisoryLocks,
    private readonly round: OutgoingRound,
    private readonly metrics: LoopMetrics,
  ) {}

  /** @returns whether to tick again at once, to broadcast what was signed */
  async tick(): Promise<boolean> {
    try {
      if (!(await this.isMine())) return false;
      const { hasSigned, failures } = await this.round.run(this.chain);
      for (const { what, error } of failures) this.complain(error, what);
      return hasSigned;
    } catch (error) {
      this.complain(error as Error, 'sweep step failed');
      return false;
    }
  }

  private async isMine(): Promise<boolean> {
    const { name, chainId } = this.chain;
    const isHolder = await this.locks.hold(`quittance sweeper ${chainId}`);
    if (isHolder !== this.isHolder) {
      this.metrics.holding(name, isHolder);
      this.logger.log(
        { chain: name },
        isHolder ? 'sending what is to leave this chain' : 'another process sends for this chain',
      );
      this.isHolder = isHolder;
    }
    return isHolder;
  }

  private complain({ message: reason }: Error, what: string): void {
    const { name: chain } = this.chain;
    this.metrics.stepFailed(chain);
    if (this.complaints.isDue(what, reason, steadyMs())) this.logger.warn({ chain, reason }, what);
  }
}
