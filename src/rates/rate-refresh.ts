import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { RATES, SETTINGS } from '../config/configuration.module.js';
import { pairName, type RatesConfig } from '../config/rates.js';
import { type Settings } from '../config/settings.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { Ticker } from '../process/ticker.js';
import { isRefusal, type Judged } from './judge.js';
import { RateHistory } from './rate-history.js';
import { RateSources } from './rate-sources.js';
import { type PairReport, RatesService } from './rates.service.js';

/** Before anything could be read, as while the scan begins, the next attempt is soon. */
const SOON_MS = 1_000;
/** After a start the block scanned last may be too old for nodes to have its state; the scan is past it in a moment. */
const SETTLED_MS = 60_000;
const REMIND_MS = 60 * 60_000;
const PRUNE_MS = 60 * 60_000;

/** Reads the sources again and again in the background, and records what came of it. */
@Injectable()
export class RateRefresh implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RateRefresh.name);
  private readonly complaints = new RepeatedMessage(REMIND_MS);
  private readonly refused = new Set<string>();
  private ticker: Ticker | null = null;
  private dueAtMs = 0;
  private readonly settledAtMs = Date.now() + SETTLED_MS;
  private pruneAtMs = 0;

  constructor(
    @Inject(RATES) private readonly rates: RatesConfig,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly schedule: SchedulerRegistry,
    private readonly sources: RateSources,
    private readonly service: RatesService,
    private readonly history: RateHistory,
  ) {}

  onApplicationBootstrap(): void {
    if (this.rates.pairs.length === 0) return;
    const ticker = new Ticker(() => this.refreshIfDue(), { loop: 'rates' });
    this.ticker = ticker;
    const everyMs = Math.min(this.settings.rateRefreshMs, SOON_MS);
    this.schedule.addInterval(
      'read rates',
      setInterval(() => ticker.run(), everyMs),
    );
    ticker.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.ticker?.stop();
  }

  private async refreshIfDue(): Promise<boolean> {
    if (Date.now() < this.dueAtMs) return false;
    try {
      await this.sources.refresh();
      const now = new Date();
      const reports = this.service.report(now);
      // A chain that is out of reach for long keeps the other pairs from nothing.
      const isSettling = now.getTime() < this.settledAtMs;
      const isBeginning = isSettling && reports.some(({ judged }) => judged.some(isNotReadYet));
      const isSoon = isBeginning || (isSettling && reports.some(lacksFeed));
      this.dueAtMs = now.getTime() + (isSoon ? SOON_MS : this.settings.rateRefreshMs);
      if (!isSoon) reports.forEach((report) => this.tell(report));
      // What is said while half of the sources are not read yet says nothing about the rate.
      if (!isBeginning) await this.history.record(reports, now);
      await this.pruneIfDue(now);
    } catch (error) {
      this.logger.warn({ reason: (error as Error).message }, 'rates could not be refreshed, or not recorded');
    }
    return false;
  }

  private async pruneIfDue(now: Date): Promise<void> {
    if (now.getTime() < this.pruneAtMs) return;
    this.pruneAtMs = now.getTime() + PRUNE_MS;
    await this.history.prune(now);
  }

  private tell({ pair, price }: PairReport): void {
    const name = pairName(pair);
    if (!isRefusal(price)) {
      if (this.refused.delete(name)) this.logger.log({ pair: name }, 'there is a rate again');
      return;
    }
    this.refused.add(name);
    const { code, reason } = price;
    if (this.complaints.isDue(name, code, Date.now()))
      this.logger.warn({ pair: name, code, reason }, 'there is no rate');
  }
}

function isNotReadYet(judged: Judged): boolean {
  return isRefusal(judged) && judged.code === 'not_read_yet';
}

function lacksFeed({ pair, judged }: PairReport): boolean {
  return judged.some(
    (one, index) => pair.sources[index]?.kind === 'feed' && isRefusal(one) && one.code === 'unreachable',
  );
}
