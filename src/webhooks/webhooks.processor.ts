import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Logger } from '@nestjs/common';
import { type Job } from 'bullmq';
import { DeliveryService } from './delivery.service.js';
import { TryLaterError, WEBHOOK_QUEUE, type WebhookJob } from './webhook-queue.js';

/** Exchanges that one worker process can have at once. */
export const HANDS = 100;

@Processor(WEBHOOK_QUEUE, {
  concurrency: HANDS,
  // A worker that was killed is noticed, and its jobs given to another, within these two together.
  lockDuration: 6_000,
  stalledInterval: 2_000,
  maxStalledCount: 1_000,
  settings: {
    backoffStrategy: (_attempts, _type, error) => (error instanceof TryLaterError ? error.delayMs : 5_000),
  },
})
export class WebhooksProcessor extends WorkerHost {
  private readonly logger = new Logger(WebhooksProcessor.name);

  constructor(private readonly deliveries: DeliveryService) {
    super();
  }

  /** BullMQ goes on by itself; unheard, it would write to the console. */
  @OnWorkerEvent('error')
  onError(error: Error): void {
    this.logger.warn({ reason: error.message }, 'the queue does not answer');
  }

  override async process(job: Job<WebhookJob>): Promise<void> {
    const delayMs = await this.deliveries.attempt(job.data.id);
    if (delayMs !== null) throw new TryLaterError(delayMs);
  }
}
