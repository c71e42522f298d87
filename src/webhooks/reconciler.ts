import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Ticker } from '../process/ticker.js';
import { DeliveryRepository } from './delivery.repository.js';
import { WebhookQueue } from './webhook-queue.js';

const PERIOD_MS = 5_000;
/** Longer than a job waits for its turn under usual load; a job that is there is not added twice anyway. */
const OVERDUE_MS = 10_000;
const BATCH = 1_000;

/** Gives the queue again what it has lost. Postgres knows every pending delivery; an emptied queue loses none. */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Reconciler.name);
  private overdueMs = OVERDUE_MS;
  private readonly ticker = new Ticker(() => this.reconcile());

  constructor(
    private readonly deliveries: DeliveryRepository,
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
      const ids = await this.deliveries.overdue(this.overdueMs, BATCH);
      await this.queue.add(ids);
      if (ids.length > 0)
        this.logger.debug({ deliveries: ids.length }, 'overdue deliveries given to the queue');
    } catch (error) {
      this.logger.error(
        { reason: (error as Error).message },
        'reconciliation failed, the next one tries again',
      );
    }
    return false;
  }
}
