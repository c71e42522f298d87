import { Logger } from '@nestjs/common';
import { type ChainConfig } from '../config/chains.js';
import { type AdvisoryLocks } from '../database/advisory-locks.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { type SweepWork } from './sweep-work.js';

const COMPLAIN_EVERY_MS = 60_000;

/** When one chain is swept, and what is said about it. */
export class ChainSweeper {
  private readonly logger = new Logger('Sweeper');
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  private isPlanDue = false;
  private isHolder: boolean | null = null;

  constructor(
    private readonly chain: ChainConfig,
    private readonly locks: AdvisoryLocks,
    private readonly work: SweepWork,
  ) {}

  /** Has the next tick plan sweeps. */
  planNext(): void {
    this.isPlanDue = true;
  }

  /** @returns whether to tick again at once */
  async tick(): Promise<boolean> {
    try {
      if (!(await this.isMine())) return false;
      if (this.isPlanDue) {
        await this.work.plan(this.chain);
        this.isPlanDue = false;
        this.logger.debug({ chain: this.chain.name }, 'looked for what to sweep');
      }
    } catch (error) {
      this.complain(error as Error, 'sweeps could not be planned');
    }
    try {
      return this.isHolder === true && (await this.work.round(this.chain));
    } catch (error) {
      this.complain(error as Error, 'sweep step failed');
      return false;
    }
  }

  private async isMine(): Promise<boolean> {
    const { name, chainId } = this.chain;
    const isHolder = await this.locks.hold(`quittance sweeper ${chainId}`);
    if (isHolder !== this.isHolder) {
      this.work.metrics.holding(name, isHolder);
      this.logger.log({ chain: name }, isHolder ? 'sweeping' : 'another process sweeps this chain');
      this.isHolder = isHolder;
    }
    return isHolder;
  }

  private complain({ message: reason }: Error, what: string): void {
    const { name: chain } = this.chain;
    this.work.metrics.stepFailed(chain);
    if (this.complaints.isDue(what, reason, Date.now())) this.logger.warn({ chain, reason }, what);
  }
}
