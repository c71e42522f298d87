import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { ChainService } from '../chain/chain.service.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { AdvisoryLocks } from '../database/advisory-locks.js';
import { Ticker } from '../process/ticker.js';
import { type ChainWatch } from './chain-watch.js';
import { ChainWatches } from './chain-watches.js';

const MIN_PERIOD_MS = 250;
const MAX_PERIOD_MS = 4_000;

/** A tick per chain, none waiting for another: a dead chain delays nobody. Of several replicas, one scans a chain. */
@Injectable()
export class ScannerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly tickers: Ticker[] = [];
  private readonly watches: ChainWatch[] = [];
  private readonly locks: AdvisoryLocks;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly chains: ChainService,
    private readonly chainWatches: ChainWatches,
    private readonly schedule: SchedulerRegistry,
  ) {
    this.locks = new AdvisoryLocks(settings.databaseUrl as string, 'quittance scanner');
  }

  onApplicationBootstrap(): void {
    for (const chain of this.chains.all()) {
      const watch = this.chainWatches.of(this.chains.of(chain), this.locks);
      this.watches.push(watch);
      const ticker = new Ticker(() => watch.tick(), { loop: 'scan', chain: chain.name });
      this.tickers.push(ticker);
      // Twice a block, so that a new one is seen half a block time after it was mined at the worst.
      const periodMs = Math.min(MAX_PERIOD_MS, Math.max(MIN_PERIOD_MS, chain.blockTimeMs / 2));
      this.schedule.addInterval(
        `scan ${chain.name}`,
        setInterval(() => ticker.run(), periodMs),
      );
      this.chains.onNewHead(chain.name, () => ticker.runAgain());
      ticker.run();
    }
  }

  /** Lets the step in flight finish, then the next process take over; the scheduler itself clears the intervals. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.tickers.map((ticker) => ticker.stop()));
    await Promise.all(this.watches.map((watch) => watch.settle()));
    await this.locks.release();
  }
}
