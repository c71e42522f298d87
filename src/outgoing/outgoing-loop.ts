import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { type ChainConfig } from '../config/chains.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { ChainService } from '../chain/chain.service.js';
import { AdvisoryLocks } from '../database/advisory-locks.js';
import { ChainTickers } from '../process/chain-tickers.js';
import { Keys } from '../wallet/keys.js';
import { ChainLoop } from './chain-loop.js';
import { LoopMetrics } from './loop-metrics.js';
import { OutgoingRound } from './outgoing-round.js';

/** Moves money on each chain. Of several replicas, one moves the money of a chain. */
@Injectable()
export class OutgoingLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly tickers: ChainTickers;
  private readonly locks: AdvisoryLocks;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly chains: ChainService,
    private readonly keys: Keys,
    private readonly round: OutgoingRound,
    private readonly metrics: LoopMetrics,
    schedule: SchedulerRegistry,
  ) {
    this.tickers = new ChainTickers('outgoing', schedule);
    this.locks = new AdvisoryLocks(settings.databaseUrl as string, 'quittance sweeper');
  }

  /** Refunds are paid, and what was sent is followed to its end, where nothing is swept as well. */
  onApplicationBootstrap(): void {
    if (!this.keys.has('deposit') && !this.keys.has('payout')) return;
    for (const chain of this.chains.all()) {
      const loop = new ChainLoop(this.chains.of(chain), this.locks, this.round, this.metrics);
      this.tickers.start(chain, () => loop.tick());
    }
  }

  /** Has a chain's next round made now; nothing where this process makes none. */
  wake(chain: Pick<ChainConfig, 'chainId'>): void {
    this.tickers.wake(chain);
  }

  /** Lets the step in flight finish, then the next process take over. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.tickers.stop();
    await this.locks.release();
  }
}
