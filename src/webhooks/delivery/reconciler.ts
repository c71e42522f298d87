import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { RepeatedMessage } from '../../process/repeated-message.js';
import { Ticker } from '../../process/ticker.js';
import { DispatchRepository, type OverduePlace } from './dispatch.repository.js';
import { HeldDeliveries } from './held-deliveries.js';
import { WebhookQueue } from './webhook-queue.js';
import { steadyMs } from '../../process/steady-time.js';

const PERIOD_MS = 5_000;
/** Longer than a job waits for its turn under usual load; a job that is there is not added twice anyway. */
const OVERDUE_MS = 10_000;
const COMPLAIN_EVERY_MS = 60_000;
const BATCH = 1_000;
/**
 * Of those to endpoints that fail, looked at in one period: thousands wait for their endpoint's turn for hours, and are
 * overdue without the queue having lost anything.
 */
const BATCH_OF_FAILING = 200;
/** A queue with this much to do is not given more: what is overdue then is overdue for its length. */
const ENOUGH_WAITING = 10_000;

/** Gives the queue again what it has lost. Postgres knows every pending delivery; an emptied queue loses none. */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Reconciler.name);
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  private overdueMs = OVERDUE_MS;
  /** How far the look through what is overdue for failing endpoints has come; null: it begins anew. */
  private failingPlace: OverduePlace | null = null;
  private hasLost = false;
  private readonly ticker = new Ticker(() => this.reconcile(), { loop: 'reconcile' });

  constructor(
    private readonly deliveries: DispatchRepository,
    private readonly held: HeldDeliveries,
    private readonly queue: WebhookQueue,
  ) {}

  /** What was due when an earlier process ended is due now. */
  onApplicationBootstrap(): void {
    this.overdueMs = 0;
    this.ticker.run();
  }

  @Interval(PERIOD_MS)
  sweep(): void {
    this.overdueMs = OVERDUE_MS;
    this.ticker.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.ticker.stop();
  }

  private async reconcile(): Promise<boolean> {
    try {
      await this.held.release();
      await this.refill();
      await this.refillFailing();
    } catch (error) {
      const reason = (error as Error).message;
      if (this.complaints.isDue('reconciliation', reason, steadyMs()))
        this.logger.error({ reason }, 'reconciliation failed, the next one tries again');
    }
    return false;
  }

  private async refill(): Promise<void> {
    let place: OverduePlace | null = null;
    do place = await this.add(false, BATCH, place);
    while (place !== null && (await this.queue.waiting()) < ENOUGH_WAITING);
  }

  /** A little further each time, and on at once while the queue has lost what is found. */
  private async refillFailing(): Promise<void> {
    const isStart = this.overdueMs === 0;
    do {
      this.failingPlace = await this.add(true, BATCH_OF_FAILING, this.failingPlace);
    } while (
      this.failingPlace !== null &&
      (isStart || this.hasLost) &&
      (await this.queue.waiting()) < ENOUGH_WAITING
    );
  }

  /** @returns where to go on; null: that was all */
  private async add(
    ofFailing: boolean,
    limit: number,
    after: OverduePlace | null,
  ): Promise<OverduePlace | null> {
    const { jobs, place } = await this.deliveries.overdue(
      { overdueMs: this.overdueMs, ofFailing },
      limit,
      after,
    );
    const [first] = jobs;
    this.hasLost = first !== undefined && !(await this.queue.has(first));
    await this.queue.add(jobs);
    if (after === null) await this.queue.bringForward(jobs);
    return place;
  }
}
