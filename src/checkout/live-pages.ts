import { type ServerResponse } from 'node:http';
import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { Outbox } from '../events/outbox.js';
import { DomainError } from '../http/problem.js';
import { PaymentNews } from '../payments/payment-news.js';
import { Ticker } from '../process/ticker.js';
import { OpenPages } from './open-pages.js';

/** What another process commits is on the page after this and one query at the latest. */
const LOOK_MS = 400;
/** Below what proxies wait for: nginx ends a silent answer after 60 s, others after 30 s. */
const HEARTBEAT_MS = 15_000;

export class TooManyLivePagesError extends DomainError {
  readonly code = 'too_many_live_pages';
  override readonly retryable = true;
  readonly retryAfterSeconds = 30;

  constructor() {
    super('as many pages are followed as this process takes; the page asks by itself meanwhile');
  }
}

const OPEN = new Gauge({
  name: 'quittance_checkout_live_pages',
  help: 'Pay pages that are open here and told of news',
});

/**
 * Tells the pages that are open when there is news of their payment: one query for all of them, whichever process made
 * the news. A page that is told fetches itself again, so that a stream holds no more than a version.
 */
@Injectable()
export class LivePages implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(LivePages.name);
  private readonly pages: OpenPages;
  private readonly ticker = new Ticker(() => this.look());
  private readonly timers: NodeJS.Timeout[] = [];
  private unsubscribe: () => void = () => undefined;
  /** What each payment was when its pages were told last. */
  private readonly told = new Map<string, string>();

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly news: PaymentNews,
    private readonly outbox: Outbox,
  ) {
    this.pages = new OpenPages({
      inAll: settings.checkoutLivePages,
      ofPayment: 20,
      ofAddress: settings.checkoutLivePagesPerAddress,
    });
  }

  onModuleInit(): void {
    this.timers.push(
      setInterval(() => this.lookIfOpen(), LOOK_MS),
      setInterval(() => this.pages.beat(Date.now()), HEARTBEAT_MS),
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
   * Tells the page from now on, first of all how the payment stands: what was missed between two connections is in that.
   * @throws TooManyLivePagesError before anything is sent
   */
  open(stream: ServerResponse, page: { paymentId: string; address: string; version: number }): void {
    const { paymentId, address, version } = page;
    const isTaken = this.pages.add({ paymentId, address, stream, since: Date.now() }, () => {
      OPEN.set(this.pages.size);
      if (!this.pages.has(paymentId)) this.told.delete(paymentId);
    });
    if (!isTaken) throw new TooManyLivePagesError();
    OPEN.set(this.pages.size);
    stream.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx would hold events back until a buffer of it is full.
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    stream.write(`retry: 2000\n${messageOf(version)}`);
  }

  private lookIfOpen(): void {
    if (this.pages.size > 0) this.ticker.runAgain();
  }

  private async look(): Promise<boolean> {
    try {
      for (const { paymentId, version, mark } of await this.news.of(this.pages.payments())) {
        const before = this.told.get(paymentId);
        this.told.set(paymentId, mark);
        // What was true when a page connected may have changed before the first look at it: it is told once more.
        if (before !== mark) this.pages.tell(paymentId, messageOf(version));
      }
    } catch (error) {
      this.logger.warn(
        { reason: (error as Error).message },
        'open pages could not be told of news; they ask themselves',
      );
    }
    return false;
  }
}

function messageOf(version: number): string {
  return `id: ${version}\ndata: ${version}\n\n`;
}
