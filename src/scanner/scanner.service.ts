import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { AdvisoryLocks } from '../database/advisory-locks.js';
import { ChainFactsService } from '../payments/chain-facts.service.js';
import { Outbox } from '../events/outbox.js';
import { Ticker } from '../process/ticker.js';
import { ChainScanner } from './chain-scanner.js';
import { ChainWatch } from './chain-watch.js';
import { CursorRepository } from '../chain/position/cursor.repository.js';
import { ScannerMetrics } from './scanner-metrics.js';
import { watchOf } from './watch.js';

const MIN_PERIOD_MS = 250;
const MAX_PERIOD_MS = 4_000;

/** A tick per chain, none waiting for another: a dead chain delays nobody. Of several replicas, one scans a chain. */
@Injectable()
export class ScannerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly tickers: Ticker[] = [];
  private readonly scanners: ChainScanner[] = [];
  private readonly locks: AdvisoryLocks;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly chains: ChainService,
    private readonly cursors: CursorRepository,
    private readonly facts: ChainFactsService,
    private readonly outbox: Outbox,
    private readonly metrics: ScannerMetrics,
    private readonly schedule: SchedulerRegistry,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {
    this.locks = new AdvisoryLocks(settings.databaseUrl as string, 'quittance scanner');
  }

  onApplicationBootstrap(): void {
    for (const chain of this.chains.all()) {
      const watch = this.watch(chain);
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
    await Promise.all(this.scanners.map((scanner) => scanner.settle()));
    await this.locks.release();
  }

  private watch(chain: ChainConfig): ChainWatch {
    const { chains, facts, dataSource, locks, outbox, metrics } = this;
    const scanner = new ChainScanner(chain, {
      reader: chains.reader(chain.name),
      cursors: this.cursors,
      facts,
      dataSource,
      internal: chains.internalTransfers(chain.name),
      watch: () => watchOf(chain, { chains, facts, dataSource }),
      disputes: () => chains.disputedFrom(chain.name),
      onReorg: (reorg) => watch.reorged(reorg),
      onUnsearched: (blocks) => watch.unsearched(blocks),
      onFoundLate: () => outbox.announceCommit(),
      onLateFailed: (reason) => watch.lateSearchFailed(reason),
    });
    this.scanners.push(scanner);
    const watch: ChainWatch = new ChainWatch(chain, {
      scanner,
      chains,
      locks,
      outbox,
      metrics,
      isAnyPaymentOpen: () => this.facts.isAnyOpen(this.dataSource.manager, chain.chainId),
    });
    return watch;
  }
}
