import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { type ClaimedEvent, Outbox } from '../../events/outbox.js';
import { RepeatedMessage } from '../../process/repeated-message.js';
import { runningMs } from '../../process/running-time.js';
import { Ticker } from '../../process/ticker.js';
import { DispatchRepository } from './dispatch.repository.js';
import { EndpointGate } from './endpoint-gate.js';
import { type WebhookJob } from './webhook-job.js';
import { WebhookQueue } from './webhook-queue.js';
import { steadyMs } from '../../process/steady-time.js';

/** What an outage makes fail ten times a second is said once in so long. */
const COMPLAIN_EVERY_MS = 60_000;
const BATCH = 500;
/** Batches at once while there is more than one: Postgres claims one while another's deliveries are written. */
const AT_ONCE = 2;
/**
 * For events of other processes, and for those whose wake-up was lost: what a merchant waits at most for the first of
 * them. It reads an index that holds nothing else, so an empty look costs next to nothing.
 */
const SWEEP_MS = 100;
/**
 * Deliveries to endpoints from which nothing but failures comes are written so much later than those to the others: fifteen
 * such endpoints have Postgres write fifteen rows for one that somebody waits for.
 */
const REST_AFTER_MS = 1_000;
/** And later still while the others have yet to get theirs, but for no longer than this. */
const REST_AFTER_MOST_MS = 5_000;
/** Events at once that are written for those as well: whoever answers waits for no more than so many at a time. */
const REST_BATCH = 50;
/** While there is something to dispatch. */
const BUSY_SWEEP_MS = 25;

/** From the outbox to the queue: one delivery per event and subscribed endpoint. */
@Injectable()
export class Dispatcher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Dispatcher.name);
  private readonly ticker = new Ticker(() => this.dispatchAll(), { loop: 'dispatch' });
  private unsubscribe: () => void = () => undefined;
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  private soon: NodeJS.Timeout | undefined;
  private isBehind = false;
  /** Endpoints that are well come before the others. */
  private goesAhead = false;
  /** The last event of which they have had theirs. */
  private aheadOf: ClaimedEvent['position'] | null = null;
  /** Since when the others wait, by `runningMs`. */
  private restSince: number | null = null;

  constructor(
    private readonly outbox: Outbox,
    private readonly deliveries: DispatchRepository,
    private readonly queue: WebhookQueue,
    private readonly gate: EndpointGate,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribe = this.outbox.onCommitted(() => this.ticker.runAgain());
    this.ticker.run();
  }

  @Interval(SWEEP_MS)
  sweep(): void {
    this.ticker.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.unsubscribe();
    clearTimeout(this.soon);
    await this.ticker.stop();
  }

  /** Where events come from other processes, more of them follow the first. */
  private lookAgainSoon(): void {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.ticker.run(), BUSY_SWEEP_MS);
  }

  private async dispatchAll(): Promise<boolean> {
    return this.goesAhead ? this.dispatchInTurns() : this.dispatchBatches(BATCH);
  }

  /** @returns whether there is more */
  private async dispatchBatches(limit: number): Promise<boolean> {
    const batches = Array.from({ length: this.isBehind ? AT_ONCE : 1 }, () => this.dispatchBatch(limit));
    const claimed = await Promise.all(batches);
    this.isBehind = claimed.includes(limit);
    if (claimed.some((count) => count > 0)) this.lookAgainSoon();
    return this.isBehind;
  }

  /**
   * What is new goes to the endpoints that are well, and some of what has waited to all of them; then what is new again.
   * @returns whether there is more of the latter
   */
  private async dispatchInTurns(): Promise<boolean> {
    await this.dispatchAhead();
    if (this.isRestToWait()) return false;
    const hasMore = await this.dispatchBatches(REST_BATCH);
    if (!hasMore) this.restSince = null;
    return hasMore;
  }

  private isRestToWait(): boolean {
    if (this.restSince === null) return false;
    const waitedMs = runningMs() - this.restSince;
    return waitedMs < REST_AFTER_MS || (waitedMs < REST_AFTER_MOST_MS && this.gate.hasQuickAtWork());
  }

  /** Those of endpoints that are left alone come when it may be their turn. */
  private enqueue(jobs: WebhookJob[]): Promise<void> {
    const now = runningMs();
    return this.queue.add(jobs, ({ id: jobId, endpointId, deliveries }) =>
      endpointId === undefined
        ? 0
        : this.gate.pauseBefore(endpointId, { jobId, size: deliveries?.length ?? 1 }, now),
    );
  }

  private async dispatchAhead(): Promise<void> {
    try {
      const { jobs, last } = await this.deliveries.ahead(BATCH * AT_ONCE, this.aheadOf);
      if (last !== null) {
        this.aheadOf = last;
        this.restSince ??= runningMs();
      }
      await this.enqueue(jobs);
    } catch (error) {
      this.complain('dispatch to the endpoints that are well failed', error as Error);
    }
  }

  /**
   * Commits first: a crash before the jobs are added leaves pending deliveries, which the reconciler finds.
   * @returns how many events it claimed
   */
  private async dispatchBatch(limit: number): Promise<number> {
    try {
      const { claimed, jobs, hasFailing } = await this.deliveries.dispatch(limit);
      this.goesAhead = hasFailing ?? this.goesAhead;
      await this.enqueue(jobs);
      return claimed;
    } catch (error) {
      this.complain('dispatch failed, the next sweep tries again', error as Error);
      return 0;
    }
  }

  private complain(what: string, { message: reason }: Error): void {
    if (this.complaints.isDue(what, reason, steadyMs())) this.logger.error({ reason }, what);
  }
}
