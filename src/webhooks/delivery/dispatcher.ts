import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Outbox } from '../../events/outbox.js';
import { RepeatedMessage } from '../../process/repeated-message.js';
import { Ticker } from '../../process/ticker.js';
import { DispatchRepository } from './dispatch.repository.js';
import { WebhookQueue } from './webhook-queue.js';

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

  constructor(
    private readonly outbox: Outbox,
    private readonly deliveries: DispatchRepository,
    private readonly queue: WebhookQueue,
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
    if (this.goesAhead) await this.dispatchAhead();
    const batches = Array.from({ length: this.isBehind ? AT_ONCE : 1 }, () => this.dispatchBatch());
    const claimed = await Promise.all(batches);
    this.isBehind = claimed.includes(BATCH);
    if (claimed.some((count) => count > 0)) this.lookAgainSoon();
    return this.isBehind;
  }

  private async dispatchAhead(): Promise<void> {
    try {
      await this.queue.add(await this.deliveries.ahead(BATCH * AT_ONCE));
    } catch (error) {
      this.complain('dispatch to the endpoints that are well failed', error as Error);
    }
  }

  /**
   * Commits first: a crash before the jobs are added leaves pending deliveries, which the reconciler finds.
   * @returns how many events it claimed
   */
  private async dispatchBatch(): Promise<number> {
    try {
      const { claimed, jobs, hasFailing } = await this.deliveries.dispatch(BATCH);
      this.goesAhead = hasFailing ?? this.goesAhead;
      await this.queue.add(jobs);
      return claimed;
    } catch (error) {
      this.complain('dispatch failed, the next sweep tries again', error as Error);
      return 0;
    }
  }

  private complain(what: string, { message: reason }: Error): void {
    if (this.complaints.isDue(what, reason, Date.now())) this.logger.error({ reason }, what);
  }
}
