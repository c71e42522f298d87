import { Injectable } from '@nestjs/common';
import { DispatchRepository } from './dispatch.repository.js';
import { WebhookQueue } from './webhook-queue.js';

const BATCH = 1_000;

/** What was kept while its endpoint was disabled. */
@Injectable()
export class HeldDeliveries {
  constructor(
    private readonly deliveries: DispatchRepository,
    private readonly queue: WebhookQueue,
  ) {}

  /** Sends what was kept for endpoints that are enabled again. */
  async release(): Promise<void> {
    for (;;) {
      const { released, jobs } = await this.deliveries.releaseHeld(BATCH);
      await this.queue.add(jobs);
      if (released < BATCH) return;
    }
  }
}
