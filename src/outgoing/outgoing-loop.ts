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
import { Ticker } from '../process/ticker.js';
import { Keys } from '../wallet/keys.js';
import { ChainLoop } from './chain-loop.js';
import { LoopMetrics } from './loop-metrics.js';
import { OutgoingRound } from './outgoing-round.js';

const MIN_PERIOD_MS = 250;
const MAX_PERIOD_MS = 4_000;

/** A tick per chain, as for the scanner. Of several replicas, one moves the money of a chain. */
@Injectable()
export class OutgoingLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly tickers = new Map<number, Ticker>();
  private readonly locks: AdvisoryLocks;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly chains: ChainService,
    private readonly keys: Keys,
    private readonly round: OutgoingRound,
    private readonly metrics: LoopMetrics,
    private readonly schedule: SchedulerRegistry,
  ) {
    this.locks = new AdvisoryLocks(settings.databaseUrl as string, 'quittance sweeper');
  }

  /** Refunds are paid, and what was sent is followed to its end, where nothing is swept as well. */
  onApplicationBootstrap(): void {
    if (!this.keys.has('deposit') && !this.keys.has('payout')) return;
    for (const chain of this.chains.all()) this.start(chain);
  }

  /** Has a chain's next round made now; nothing where this process makes none. */
  wake({ chainId }: Pick<ChainConfig, 'chainId'>): void {
    this.tickers.get(chainId)?.runAgain();
  }

  /** Lets the step in flight finish, then the next process take over. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([...this.tickers.values()].map((ticker) => ticker.stop()));
    await this.locks.release();
  }

  private start(config: ChainConfig): void {
    const loop = new ChainLoop(this.chains.of(config), this.locks, this.round, this.metrics);
    const ticker = new Ticker(() => loop.tick(), { loop: 'outgoing', chain: config.name });
    this.tickers.set(config.chainId, ticker);
    const periodMs = Math.min(MAX_PERIOD_MS, Math.max(MIN_PERIOD_MS, config.blockTimeMs / 2));
    this.schedule.addInterval(
      `sweep ${config.name}`,
      setInterval(() => ticker.run(), periodMs),
    );
    ticker.run();
  }
}
