import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import { type Queue } from 'bullmq';

export const WEBHOOK_QUEUE = 'webhooks';

export interface WebhookJob {
  /** Of the delivery; also the job's own id, so that adding it twice adds it once. */
  id: string;
}

/** Thrown by the processor to have a job come back. */
export class TryLaterError extends Error {
  constructor(readonly delayMs: number) {
    super(`next attempt in ${delayMs} ms`);
  }
}

/** Postgres decides when a delivery ends; the queue only brings jobs back when they are due. */
const NEVER_GIVES_UP = 1_000_000;

@Injectable()
export class WebhookQueue {
  constructor(@InjectQueue(WEBHOOK_QUEUE) private readonly queue: Queue<WebhookJob>) {}

  /** Jobs that are in the queue already stay as they are. */
  async add(deliveryIds: string[]): Promise<void> {
    if (deliveryIds.length === 0) return;
    await this.queue.addBulk(
      deliveryIds.map((id) => ({
        name: 'deliver',
        data: { id },
        opts: {
          jobId: id,
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
