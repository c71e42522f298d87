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
/** A queue with this much to do is not given more: what is overdue then is overdue for its length. */
const ENOUGH_WAITING = 10_000;

/** Gives the queue again what it has lost. Postgres knows every pending delivery; an emptied queue loses none. */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Reconciler.name);
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  private overdueMs = OVERDUE_MS;
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
    } catch (error) {
      const reason = (error as Error).message;
      if (this.complaints.isDue('reconciliation', reason, steadyMs()))
        this.logger.error({ reason }, 'reconciliation failed, the next one tries again');
    }
    return false;
  }

  private async refill(): Promise<void> {
    let place: OverduePlace | null = null;
    do {
      const overdue = await this.deliveries.overdue(this.overdueMs, BATCH, place);
      await this.queue.add(overdue.jobs);
      if (place === null) await this.queue.bringForward(overdue.jobs);
      place = overdue.place;
    } while (place !== null && (await this.queue.waiting()) < ENOUGH_WAITING);
  }
}
