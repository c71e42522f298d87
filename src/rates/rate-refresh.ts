import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { RATES, SETTINGS } from '../config/configuration.module.js';
import { type FeedSource, pairName, type RatesConfig } from '../config/rates.js';
import { type Settings } from '../config/settings.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { Ticker } from '../process/ticker.js';
import { isRefusal, type Judged } from './judge.js';
import { RateHistory } from './rate-history.js';
import { RateSources } from './rate-sources.js';
import { type PairReport, RatesService } from './rates.service.js';
import { type RefusalCode } from './refusal.js';
import { steadyMs } from '../process/steady-time.js';
import { databaseClock } from '../database/database-clock.js';

/** Before anything could be read, as while the scan begins, the next attempt is soon. */
const SOON_MS = 1_000;
/** How often is looked whether something is due. */
const TICK_MS = 200;
/** After a start the block scanned last may be too old for nodes to have its state; the scan is past it in a moment. */
const SETTLED_MS = 60_000;
/** The block that a feed is read at is not there, or no longer; or it is an old one, from before the feed was deployed. */
const PASSING_WITH_THE_SCAN: readonly RefusalCode[] = [
  'not_read_yet',
  'unreachable',
  'unreadable',
  'chain_behind',
  'sequencer_unknown',
];
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
  /** Feeds that may be readable, or new enough, as soon as their chain is scanned further. */
  private waiting: FeedSource[] = [];
  private newsDueAtMs = 0;
  private hasReadEarly = false;
  private readonly settledAtMs = steadyMs() + SETTLED_MS;
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
    const everyMs = Math.min(this.settings.rateRefreshMs, TICK_MS);
    this.service.firstReading.begin();
    this.schedule.addInterval(
      'read rates',
      setInterval(() => ticker.run(), everyMs),
    );
    ticker.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.service.firstReading.end();
    await this.ticker?.stop();
  }

  private async refreshIfDue(): Promise<boolean> {
    try {
      const isDue = steadyMs() >= this.dueAtMs;
      if (!isDue && !(await this.isEarlyDue())) return false;
      this.hasReadEarly = !isDue;
      await (isDue ? this.sources.refresh() : this.sources.refreshFeeds());
      const now = databaseClock.now();
      const nowMs = steadyMs();
      const reports = this.service.report(now);
      // A chain that is out of reach for long keeps the other pairs from nothing.
      const isSettling = nowMs < this.settledAtMs;
      const isBeginning = isSettling && reports.some(({ judged }) => judged.some(isNotReadYet));
      this.waiting = reports.flatMap(waitingFeeds);
      const isSoon = isBeginning || (isSettling && this.waiting.length > 0);
      this.dueAtMs = nowMs + (isSoon ? SOON_MS : this.settings.rateRefreshMs);
      if (!isSoon) this.service.firstReading.end();
      if (!isSoon) reports.forEach((report) => this.tell(report));
      // What is said while half of the sources are not read yet says nothing about the rate.
      if (!isBeginning) await this.history.record(reports, databaseClock.now());
      await this.pruneIfDue();
    } catch (error) {
      this.logger.warn({ reason: (error as Error).message }, 'rates could not be refreshed, or not recorded');
    }
    return false;
  }

  /**
   * Feeds are read again as soon as their chain has been scanned on: at first at every look, since payments with a price
   * wait for it, later once between two refreshes, so that a node which never has what is asked for is not pestered.
   */
  private async isEarlyDue(): Promise<boolean> {
    const nowMs = steadyMs();
    if (!this.service.firstReading.isUnderWay && nowMs < this.newsDueAtMs) return false;
    if (nowMs >= this.settledAtMs && this.hasReadEarly) return false;
    this.newsDueAtMs = nowMs + SOON_MS;
    return this.sources.haveNews(this.waiting);
  }

  private async pruneIfDue(): Promise<void> {
    if (steadyMs() < this.pruneAtMs || databaseClock.isDoubtful) return;
    this.pruneAtMs = steadyMs() + PRUNE_MS;
    await this.history.prune(databaseClock.now());
  }

  private tell({ pair, price }: PairReport): void {
    const name = pairName(pair);
    if (!isRefusal(price)) {
      if (this.refused.delete(name)) this.logger.log({ pair: name }, 'there is a rate again');
      return;
    }
    this.refused.add(name);
    const { code, reason } = price;
    if (this.complaints.isDue(name, code, steadyMs()))
      this.logger.warn({ pair: name, code, reason }, 'there is no rate');
  }
}

function isNotReadYet(judged: Judged): boolean {
  return isRefusal(judged) && judged.code === 'not_read_yet';
}

function waitingFeeds({ pair, judged }: PairReport): FeedSource[] {
  return judged.flatMap((one, index) => {
    const source = pair.sources[index];
    return source?.kind === 'feed' && isRefusal(one) && PASSING_WITH_THE_SCAN.includes(one.code)
      ? [source]
      : [];
  });
}
