import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { ChainFactsService } from '../payments/chain-facts.service.js';
import { Outbox } from '../payments/outbox.js';
import { ChainScanner, ReorgTooDeepError } from './chain-scanner.js';
import { CursorRepository } from './cursor.repository.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { Ticker } from '../process/ticker.js';

const MIN_PERIOD_MS = 250;
const MAX_PERIOD_MS = 4_000;

/** A tick per chain, none waiting for another: a dead chain delays nobody. */
@Injectable()
export class ScannerService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ScannerService.name);
  private readonly tickers: Ticker[] = [];
  private readonly complaints = new RepeatedMessage(60_000);

  constructor(
    private readonly chains: ChainService,
    private readonly cursors: CursorRepository,
    private readonly facts: ChainFactsService,
    private readonly outbox: Outbox,
    private readonly schedule: SchedulerRegistry,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  onApplicationBootstrap(): void {
    for (const chain of this.chains.all()) {
      const scanner = this.scannerOf(chain);
      const ticker = new Ticker(() => this.tick(chain, scanner));
      this.tickers.push(ticker);
      // Twice a block, so that a new one is seen half a block time after it was mined at the worst.
      const periodMs = Math.min(MAX_PERIOD_MS, Math.max(MIN_PERIOD_MS, chain.blockTimeMs / 2));
      this.schedule.addInterval(
        `scan ${chain.name}`,
        setInterval(() => ticker.run(), periodMs),
      );
      ticker.run();
    }
  }

  /** Lets the step in flight finish; the scheduler itself clears the intervals. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.tickers.map((ticker) => ticker.stop()));
  }

  private scannerOf(chain: ChainConfig): ChainScanner {
    return new ChainScanner(chain, {
      reader: this.chains.reader(chain.name),
      cursors: this.cursors,
      facts: this.facts,
      dataSource: this.dataSource,
      watchedTokens: async () =>
        new Set((await this.chains.tokensOf(chain.chainId)).map((token) => token.address)),
      onReorg: ({ from, ancestor }) => this.logger.warn({ chain: chain.name, from, ancestor }, 'reorg'),
    });
  }

  /** @returns whether to tick again at once */
  private async tick(chain: ChainConfig, scanner: ChainScanner): Promise<boolean> {
    const status = await this.chains.check(chain.name);
    if (status.state !== 'ready') return false;
    try {
      const { isBehind, wroteEvents } = await scanner.step();
      if (wroteEvents) this.outbox.announceCommit();
      return isBehind;
    } catch (error) {
      const level = error instanceof ReorgTooDeepError ? 'error' : 'warn';
      const reason = (error as Error).message;
      if (this.complaints.isDue(chain.name, reason, Date.now())) {
        this.logger[level]({ chain: chain.name, reason }, 'scan step failed');
      }
      return false;
    }
  }
}
