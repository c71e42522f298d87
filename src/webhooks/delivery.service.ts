import { Inject, Injectable, Logger } from '@nestjs/common';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { type AttemptOutcome, DeliveryRepository, type PendingDelivery } from './delivery.repository.js';
import { EndpointGate, type Pass } from './endpoint-gate.js';
import { outcomeOf } from './outcome.js';
import { WebhookMetrics } from './webhook-metrics.js';
import { WebhookSender } from './webhook-sender.js';

/** Until the earlier event of the same payment has been attempted. */
const BEHIND_MS = 100;

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
  ) {}

  /**
   * Signs, posts, and records what came of it. Safe to repeat: a delivery that has ended, or is not yet due again, is
   * left alone.
   * @returns ms after which to come again, or null when it is done
   */
  async attempt(id: string): Promise<number | null> {
    const delivery = await this.deliveries.findPending(id);
    if (!delivery) return null;
    const earlyMs = delivery.dueAt.getTime() - Date.now();
    if (earlyMs > 0) return earlyMs;
    if (delivery.isBehind) return BEHIND_MS;
    const pass = this.gate.enter(delivery.endpoint.id, id, Date.now());
    if ('waitMs' in pass) return pass.waitMs;
    const slotMs = await this.slotMs(delivery, pass);
    return slotMs > 0 ? slotMs : this.exchange(delivery, pass);
  }

  private async exchange(delivery: PendingDelivery, pass: Pass): Promise<number | null> {
    const startedAt = new Date();
    const { endpoint, eventId, body } = delivery;
    const answer = await this.sender.send(endpoint, { id: eventId, body, at: startedAt }).catch((error) => {
      this.gate.leave(pass, Date.now());
      throw error;
    });
    const outcome = outcomeOf(answer, {
      scheduleMs: this.settings.webhookRetryScheduleMs,
      attempts: delivery.attempts - delivery.attemptsBefore + 1,
      startedAt,
      now: Date.now(),
      random: Math.random(),
    });
    const { durationMs } = outcome.attempt;
    const isSuccess = outcome.state === 'delivered';
    this.gate.leave(pass, Date.now(), { deliveryId: delivery.id, isSuccess, durationMs });
    const { isRecorded, disabledFor } = await this.deliveries.record(delivery, outcome);
    this.report(delivery, outcome, disabledFor);
    return isRecorded && outcome.nextAttemptAt ? outcome.nextAttemptAt.getTime() - Date.now() : null;
  }

  /** @returns ms until the endpoint's rate limit lets it go */
  private async slotMs(delivery: PendingDelivery, pass: Pass): Promise<number> {
    const { rateLimit } = delivery.endpoint;
    if (rateLimit === null || delivery.hasSlot) return 0;
    const waitMs = await this.deliveries.takeSlot(delivery, rateLimit).catch((error) => {
      this.gate.leave(pass, Date.now());
      throw error;
    });
    if (waitMs > 0) this.gate.leave(pass, Date.now());
    return waitMs;
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
    if (state === 'delivered') this.logger.log(detail, 'webhook delivered');
    else this.logger.warn(detail, state === 'dead' ? 'webhook dead' : 'webhook attempt failed');
    if (disabledFor !== null) {
      this.logger.warn({ endpoint_id: endpoint.id, reason: disabledFor }, 'webhook endpoint disabled');
    }
  }
}
