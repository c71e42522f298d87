import { Inject, Injectable, Logger } from '@nestjs/common';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import { runningMs } from '../../process/running-time.js';
import { type AttemptOutcome } from './attempt-records.js';
import { DeliveryRepository, type NextAttempt } from './delivery.repository.js';
import { EndpointGate, type Pass } from './endpoint-gate.js';
import { type Caller } from '../endpoints/endpoint-record.js';
import { outcomeOf } from './outcome.js';
import { type PendingDelivery } from './pending-delivery.js';
import { WebhookMetrics } from './webhook-metrics.js';
import { WebhookQueue } from './webhook-queue.js';
import { WebhookSender } from './webhook-sender.js';
import { steadyMs } from '../../process/steady-time.js';
import { databaseClock } from '../../database/database-clock.js';

/** Until the earlier event of the same payment has been attempted, or the attempt that is under way has ended. */
const BEHIND_MS = 100;

/** Exchanges of a job at this moment. */
export interface UnderWay extends Caller {
  count: number;
}

/** Makes one attempt at a delivery. */
@Injectable()
export class DeliveryService {
  private readonly logger = new Logger(DeliveryService.name);

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly deliveries: DeliveryRepository,
    private readonly sender: WebhookSender,
    private readonly gate: EndpointGate,
    private readonly metrics: WebhookMetrics,
    private readonly queue: WebhookQueue,
  ) {}

  /**
   * Signs, posts, and records what came of it, unless it is not yet its turn.
   * @returns ms after which its job is to bring it again, or null when the job is done with it
   */
  async attempt(delivery: PendingDelivery, underWay: UnderWay): Promise<number | null> {
    const earlyMs = delivery.dueAtMs - steadyMs();
    if (earlyMs > 0) return Math.ceil(earlyMs);
    if (delivery.isBehind) return BEHIND_MS;
    const pass = this.gate.enter(delivery.endpoint.id, underWay, runningMs());
    if ('waitMs' in pass) return pass.waitMs;
    const slot = await this.slotOf(delivery, pass);
    if (slot) {
      await this.queue.addLater(delivery, slot, false);
      return null;
    }
    underWay.count += 1;
    const isSent = await this.exchange(delivery, pass).finally(() => (underWay.count -= 1));
    return isSent ? null : BEHIND_MS;
  }

  /**
   * A delivery that is to come again gets a new job: what stands in the queue under an old one is never in its way.
   * @returns false: nothing was sent, as another job brings it now
   */
  private async exchange(delivery: PendingDelivery, pass: Pass): Promise<boolean> {
    const sent = await this.send(delivery).catch((error) => {
      this.gate.leave(pass, runningMs());
      throw error;
    });
    if (sent === null) {
      this.gate.leave(pass, runningMs());
      return false;
    }
    const { attemptId, answer, durationMs } = sent;
    const outcome = outcomeOf(answer, {
      scheduleMs: this.settings.webhookRetryScheduleMs,
      attempts: delivery.attempts - delivery.attemptsBefore + 1,
      durationMs,
      now: databaseClock.nowMs(),
      random: Math.random(),
    });
    const isSuccess = outcome.state === 'delivered';
    this.gate.leave(pass, runningMs(), { deliveryId: delivery.id, isSuccess, durationMs });
    const { nextJobId: jobId, disabledFor } = await this.deliveries.record(delivery, attemptId, outcome);
    this.report(delivery, outcome, disabledFor);
    if (jobId === null || outcome.nextInMs === null) return true;
    await this.queue.addLater(delivery, { jobId, waitMs: outcome.nextInMs }, true);
    return true;
  }

  private async send(delivery: PendingDelivery) {
    const { endpoint, eventId, body } = delivery;
    const startedAt = databaseClock.now();
    const signed = this.sender.sign(endpoint, { id: eventId, body, at: new Date() });
    const attemptId = await this.deliveries.begin(delivery, startedAt);
    if (attemptId === null) return null;
    // The endpoint's time, not that in which this process stood still.
    const sentAt = runningMs();
    const answer = await this.sender.post(signed);
    return { attemptId, answer, durationMs: Math.round(runningMs() - sentAt) };
  }

  /** @returns when the endpoint's rate limit lets it go; null: at once */
  private async slotOf(delivery: PendingDelivery, pass: Pass): Promise<NextAttempt | null> {
    const { rateLimit } = delivery.endpoint;
    if (rateLimit === null || delivery.hasSlot) return null;
    const slot = await this.deliveries.takeSlot(delivery, rateLimit).catch((error) => {
      this.gate.leave(pass, runningMs());
      throw error;
    });
    if (slot) this.gate.leave(pass, runningMs());
    return slot;
  }

  private report(
    { id, eventId, eventType, endpoint, attempts }: PendingDelivery,
    { state, attempt }: AttemptOutcome,
    disabledFor: string | null,
  ): void {
    this.metrics.attempted(eventType, state, attempt.durationMs);
    const line = {
      delivery_id: id,
      event_id: eventId,
      endpoint_id: endpoint.id,
      attempt: attempts + 1,
      state,
    };
    const detail = { ...line, status: attempt.status, duration: attempt.durationMs, error: attempt.error };
    // The attempt log has it too; what went well needs no line for each of thousands a second.
    if (state === 'delivered') this.logger.debug(detail, 'webhook delivered');
    else this.logger.warn(detail, state === 'dead' ? 'webhook dead' : 'webhook attempt failed');
    if (disabledFor !== null) {
      this.logger.warn({ endpoint_id: endpoint.id, reason: disabledFor }, 'webhook endpoint disabled');
    }
  }
}
