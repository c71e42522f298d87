import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { type ChainConfig } from '../config/chains.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { ChainService } from '../chain/chain.service.js';
import { AdvisoryLocks } from '../database/advisory-locks.js';
import { Ticker } from '../process/ticker.js';
import { Keys } from '../wallet/keys.js';
import { ChainSweeper } from './chain-sweeper.js';
import { DelegateCheck } from './delegate/delegate-check.js';
import { sweepingOf } from './planning/sweeping.js';
import { SweepWork } from './sweep-work.js';
import { TreasuryCheck } from './treasury-check.js';

const MIN_PERIOD_MS = 250;
const MAX_PERIOD_MS = 4_000;

/** A tick per chain, as for the scanner. Of several replicas, one sweeps a chain. */
@Injectable()
export class SweeperService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Sweeper');
  private readonly tickers: Ticker[] = [];
  private readonly locks: AdvisoryLocks;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly chains: ChainService,
    private readonly keys: Keys,
    private readonly treasuries: TreasuryCheck,
    private readonly delegates: DelegateCheck,
    private readonly work: SweepWork,
    private readonly schedule: SchedulerRegistry,
  ) {
    this.locks = new AdvisoryLocks(settings.databaseUrl as string, 'quittance sweeper');
  }

  /** @throws TreasuryUnusableError, so that the process does not start */
  async onApplicationBootstrap(): Promise<void> {
    for (const chain of this.chains.all()) {
      const sweeping = sweepingOf(chain, this.settings);
      const isOff = 'off' in sweeping;
      if (isOff) this.logger.log({ chain: chain.name, reason: sweeping.off }, 'nothing is swept');
      else await this.treasuries.requireUsable(sweeping.treasury);
      if (!isOff) void this.treasuries.warnOfContract(chain, sweeping.treasury);
      if (!isOff && chain.sweep.batches !== undefined) this.delegates.watch(chain);
      // Refunds are paid, and what was sent is followed to its end, where nothing is swept.
      if (this.keys.has('deposit') || this.keys.has('payout')) this.start(chain, !isOff);
    }
  }

  /** Lets the step in flight finish, then the next process take over. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.tickers.map((ticker) => ticker.stop()));
    await this.locks.release();
  }

  private start(chain: ChainConfig, isSwept: boolean): void {
    const sweeper = new ChainSweeper(chain, this.locks, this.work);
    const ticker = new Ticker(() => sweeper.tick(), { loop: 'sweep', chain: chain.name });
    this.tickers.push(ticker);
    const periodMs = Math.min(MAX_PERIOD_MS, Math.max(MIN_PERIOD_MS, chain.blockTimeMs / 2));
    this.schedule.addInterval(
      `sweep ${chain.name}`,
      setInterval(() => ticker.run(), periodMs),
    );
    if (isSwept) {
      const plan = () => {
        sweeper.planNext();
        ticker.runAgain();
      };
      const job = CronJob.from({ cronTime: this.settings.sweepSchedule, onTick: plan, timeZone: 'UTC' });
      this.schedule.addCronJob(`plan sweeps ${chain.name}`, job);
      job.start();
      // What was due while nobody was here.
      sweeper.planNext();
    }
    ticker.run();
  }
}
