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
import { ChainTickers } from '../process/chain-tickers.js';
import { type ChainWatch } from './chain-watch.js';
import { ChainWatches } from './chain-watches.js';

/** Scans each chain. Of several replicas, one scans a chain. */
@Injectable()
export class ScannerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly tickers: ChainTickers;
  private readonly watches: ChainWatch[] = [];
  private readonly locks: AdvisoryLocks;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly chains: ChainService,
    private readonly chainWatches: ChainWatches,
    schedule: SchedulerRegistry,
  ) {
    this.tickers = new ChainTickers('scan', schedule);
    this.locks = new AdvisoryLocks(settings.databaseUrl as string, 'quittance scanner');
  }

  onApplicationBootstrap(): void {
    for (const chain of this.chains.all()) {
      const watch = this.chainWatches.of(this.chains.of(chain), this.locks);
      this.watches.push(watch);
      this.tickers.start(chain, () => watch.tick());
      this.chains.onNewHead(chain.name, () => this.tickers.wake(chain));
    }
  }

  /** Lets the step in flight finish, then the next process take over. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.tickers.stop();
    await Promise.all(this.watches.map((watch) => watch.settle()));
    await this.locks.release();
  }
}
