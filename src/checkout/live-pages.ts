import { type ServerResponse } from 'node:http';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { Outbox } from '../events/outbox.js';
import { callerOf, siteOf, TIMES_OF_A_SITE } from '../http/caller.js';
import { DomainError } from '../http/problem.js';
import { PaymentNews, type PaymentNewsItem } from '../payments/payment-news.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { Ticker } from '../process/ticker.js';
import { OpenPages } from './open-pages.js';
import { NoSuchPageError } from './pages.service.js';
import { steadyMs } from '../process/steady-time.js';

/** What another process commits is on the page after this and one query at the latest. */
const LOOK_MS = 400;
/** However often others commit, there are as many milliseconds between two looks, or as many as a look takes. */
const REST_MS = 50;
/** How many streams are written to in one turn of the event loop. */
const SLICE = 100;
/** Browsers that were all cut at the same moment, by a restart, do not all come back at the same one. */
const RECONNECT_MS = { least: 1_000, most: 5_000 };
/** Streams that were opened together do not all end together either. */
const AGE_SPREAD_MS = 120_000;
/** Below what proxies wait for: nginx ends a silent answer after 60 s, others after 30 s. */
const HEARTBEAT_MS = 15_000;
const COMPLAIN_EVERY_MS = 60_000;

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx would hold events back until a buffer of it is full.
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

export class TooManyLivePagesError extends DomainError {
  readonly code = 'too_many_live_pages';
  override readonly retryable = true;
  readonly retryAfterSeconds = 30;

  constructor() {
    super('as many pages are followed as this process takes; the page asks by itself meanwhile');
  }
}

export interface PageFollowing {
  paymentId: string;
  /** Whom the stream goes to. */
  ip: string;
  /** The mark of the copy that it shows, as the page says; of a request, so that it may be anything. */
  shown: unknown;
  /** Last-Event-ID, where a browser connects again by itself. */
  lastId: string | string[] | undefined;
}

/**
 * Tells the pages that are open when there is news of their payment: one query for all of them, whichever process made
 * the news. A page that is told fetches itself again, so that a stream holds no more than a version.
 */
@Injectable()
export class LivePages implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(LivePages.name);
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  private readonly pages: OpenPages;
  private readonly ticker = new Ticker(() => this.look());
  private readonly timers: NodeJS.Timeout[] = [];
  private unsubscribe: () => void = () => undefined;
  /** What each payment was when its pages were told last. */
  private readonly told = new Map<string, PaymentNewsItem>();

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly news: PaymentNews,
    private readonly outbox: Outbox,
  ) {
    this.pages = new OpenPages({
      inAll: settings.checkoutLivePages,
      ofPayment: 20,
      ofAddress: settings.checkoutLivePagesPerAddress,
      ofSite: settings.checkoutLivePagesPerAddress * TIMES_OF_A_SITE,
    });
  }

  onModuleInit(): void {
    const { pages } = this;
    // Not earlier: the registry is emptied when an app is put together.
    new Gauge({
      name: 'quittance_checkout_live_pages',
      help: 'Pay pages that are open here and told of news',
      collect() {
        this.set(pages.size);
      },
    });
    this.timers.push(
      setInterval(() => this.lookIfOpen(), LOOK_MS),
      setInterval(() => void this.beat(), HEARTBEAT_MS),
    );
    this.unsubscribe = this.outbox.onCommitted(() => this.lookIfOpen());
  }

  /** Before the server is closed, which waits for every answer. */
  async onModuleDestroy(): Promise<void> {
    this.timers.forEach((timer) => clearInterval(timer));
    this.unsubscribe();
    await this.ticker.stop();
    this.pages.close();
  }

  /**
   * Tells the page from now on; at once, where it shows something else than what is.
   * @throws TooManyLivePagesError before anything is sent
   */
  async open(stream: ServerResponse, page: PageFollowing): Promise<void> {
    const { paymentId, ip } = page;
    const found = await this.news.ofOne(paymentId);
    if (!found) throw new NoSuchPageError();
    if (stream.destroyed) return;
    // It waits behind another answer of its connection, and nothing would tell when that ends; no browser does so.
    if (stream.socket === null) throw new TooManyLivePagesError();
    const since = steadyMs() - Math.random() * AGE_SPREAD_MS;
    const opened = { paymentId, address: callerOf(ip), site: siteOf(ip), stream, since };
    const isTaken = this.pages.add(opened, () => {
      if (!this.pages.has(paymentId)) this.told.delete(paymentId);
    });
    if (!isTaken) throw new TooManyLivePagesError();
    stream.writeHead(200, STREAM_HEADERS);
    // Another page of the payment may have been told of something newer than what was just read.
    const now = this.told.get(paymentId) ?? found;
    this.told.set(paymentId, now);
    const { least, most } = RECONNECT_MS;
    stream.write(`retry: ${Math.round(least + Math.random() * (most - least))}\n`);
    stream.write(shows(page, now) ? nothingNew(now) : newsOf(now));
  }

  private lookIfOpen(): void {
    if (this.pages.size > 0) this.ticker.runAgain();
  }

  private async look(): Promise<boolean> {
    const begunMs = performance.now();
    try {
      const changed = (await this.news.of(this.pages.payments())).filter(
        ({ paymentId, mark }) => this.told.get(paymentId)?.mark !== mark && this.pages.has(paymentId),
      );
      for (const item of changed) this.told.set(item.paymentId, item);
      await inSlices(changed, (item) => this.pages.tell(item.paymentId, newsOf(item)));
    } catch (error) {
      const reason = (error as Error).message;
      if (this.complaints.isDue('news', reason, steadyMs()))
        this.logger.warn({ reason }, 'open pages could not be told of news; they ask themselves');
    }
    await delay(Math.max(REST_MS, performance.now() - begunMs));
    return false;
  }

  private beat(): Promise<void> {
    return inSlices(this.pages.all(), (page) => this.pages.beat(page, steadyMs()));
  }
}

/** @returns whether the page shows the payment as it is */
function shows(
  { shown, lastId }: PageFollowing,
  { mark, version, isMoreThanVersion }: PaymentNewsItem,
): boolean {
  if (shown === mark) return true;
  return lastId === String(version) && !isMoreThanVersion;
}

async function inSlices<T>(all: readonly T[], act: (one: T) => void): Promise<void> {
  for (let from = 0; from < all.length; from += SLICE) {
    if (from > 0) await setImmediate();
    all.slice(from, from + SLICE).forEach(act);
  }
}

function newsOf({ version }: PaymentNewsItem): string {
  return `id: ${version}\ndata: ${version}\n\n`;
}

/** Shows that events come through, and has nothing fetched again. */
function nothingNew({ version }: PaymentNewsItem): string {
  return `id: ${version}\nevent: current\ndata: ${version}\n\n`;
}
