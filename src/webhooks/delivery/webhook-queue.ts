import { InjectQueue } from '@nestjs/bullmq';
import { Injectable, Logger } from '@nestjs/common';
import { type Queue } from 'bullmq';
import { HealthIndicators } from '../../health/health-indicators.js';
import { Coalescer } from '../../process/coalescer.js';
import { type WebhookJob } from './webhook-job.js';

export const WEBHOOK_QUEUE = 'webhooks';

/** Thrown by the processor to have a job come back. */
export class TryLaterError extends Error {
  readonly delayMs: number;

  /** @param delayMs below 0 for what has become due meanwhile; BullMQ would take -1 for "never again" */
  constructor(delayMs: number) {
    super(`next attempt in ${delayMs} ms`);
    this.delayMs = Math.max(0, delayMs);
  }
}

/** Postgres decides when a delivery ends; the queue only brings jobs back when they are due. */
const NEVER_GIVES_UP = 1_000_000;
const BULK = 500;

@Injectable()
export class WebhookQueue {
  private readonly logger = new Logger(WebhookQueue.name);
  private readonly own = new Coalescer((jobs: WebhookJob[]) => this.addBulk(jobs).then(() => jobs));

  constructor(
    @InjectQueue(WEBHOOK_QUEUE) private readonly queue: Queue<WebhookJob>,
    health: HealthIndicators,
  ) {
    // BullMQ connects again by itself; unheard, it would write to the console.
    queue.on('error', ({ message: reason }) => this.logger.warn({ reason }, 'the queue does not answer'));
    // Not essential: without it payments go on, and the outbox keeps what is to be told.
    health.add({ name: 'queue', isEssential: false, check: () => queue.isPaused() });
  }

  /** Jobs that are in the queue already stay as they are. */
  async add(jobs: WebhookJob[]): Promise<void> {
    for (let start = 0; start < jobs.length; start += BULK) {
      await this.addBulk(jobs.slice(start, start + BULK));
    }
  }

  /** Gives a delivery that has shared a job one of its own. Those that come at the same time share a statement. */
  async addOwn(id: string, endpointId: string, isOfFailing: boolean): Promise<void> {
    await this.own.call({ id, endpointId, isOfFailing });
  }

  /**
   * As `add`, for deliveries with jobs of their own that are due earlier than they were: a job that waits for the old time would stand in the
   * way of the new one. One that is at work is left to it; the reconciler sees to what it leaves.
   */
  async bringForward(deliveryIds: string[]): Promise<void> {
    for (let start = 0; start < deliveryIds.length; start += BULK) {
      const ids = deliveryIds.slice(start, start + BULK);
      await Promise.all(ids.map((id) => this.queue.remove(id)));
      await this.addBulk(ids.map((id) => ({ id })));
    }
  }

  /** Jobs waiting for a worker. */
  async waiting(): Promise<number> {
    const { waiting = 0, prioritized = 0 } = await this.queue.getJobCounts('waiting', 'prioritized');
    return waiting + prioritized;
  }

  private async addBulk(jobs: WebhookJob[]): Promise<void> {
    await this.queue.addBulk(
      jobs.map((data) => ({
        name: 'deliver',
        data,
        opts: {
          jobId: data.id,
          // Without a priority goes before any: what fails again and again queues behind what has yet to be tried.
          ...(data.isOfFailing ? { priority: 1 } : {}),
          attempts: NEVER_GIVES_UP,
          backoff: { type: 'custom' },
          removeOnComplete: true,
          removeOnFail: true,
          stackTraceLimit: 0,
        },
      })),
    );
  }
}
