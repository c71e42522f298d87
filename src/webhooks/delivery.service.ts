import { Inject, Injectable, Logger } from '@nestjs/common';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { VERSION } from '../version.js';
import { BUILT_IN_ENDPOINT_ID } from './built-in-endpoint.js';
import { type AttemptOutcome, DeliveryRepository, type PendingDelivery } from './delivery.repository.js';
import { delayAfter, retryAfterMs } from './retry.js';
import { signatureHeaders } from './signer.js';
import { type WebhookAnswer, WebhookClient } from './webhook-client.js';

/** 410: the consumer says that the endpoint is gone for good. */
const GONE = 410;
/** Too many requests, and unavailable: both may say when to come back. */
const OVERLOADED = [429, 503];

/** Makes one attempt at a delivery. */
@Injectable()
export class DeliveryService {
  private readonly logger = new Logger(DeliveryService.name);

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly deliveries: DeliveryRepository,
    private readonly client: WebhookClient,
  ) {}

  /**
   * Signs, posts, and records what came of it. Safe to repeat: a delivery that has ended, or is not yet due again, is
   * left alone.
   * @returns ms until the next attempt, or null when there is none
   */
  async attempt(id: string): Promise<number | null> {
    const delivery = await this.deliveries.findPending(id);
    if (!delivery) return null;
    const earlyMs = delivery.dueAt.getTime() - Date.now();
    if (earlyMs > 0) return earlyMs;
    const startedAt = new Date();
    const answer = await this.client.post({
      url: delivery.endpoint.url,
      headers: this.headers(delivery, startedAt),
      body: delivery.body,
    });
    const delayMs = this.delayFor(answer, delivery.attempts + 1);
    const outcome = outcomeOf(answer, startedAt, delayMs);
    const isRecorded = await this.deliveries.record(delivery, outcome);
    this.report(delivery, outcome);
    return isRecorded && outcome.state === 'pending' ? (delayMs ?? null) : null;
  }

  private headers({ eventId, body, endpoint }: PendingDelivery, startedAt: Date): Record<string, string> {
    const timestamp = Math.floor(startedAt.getTime() / 1000);
    return {
      'content-type': 'application/json',
      'user-agent': `Quittance/${VERSION}`,
      'webhook-id': eventId,
      'webhook-timestamp': String(timestamp),
      ...signatureHeaders(this.secretsOf(endpoint.id), { id: eventId, timestamp, body }),
    };
  }

  /** The built-in endpoint's secret stays in the settings and is never stored. */
  private secretsOf(endpointId: string): string[] {
    const { webhookSecret } = this.settings;
    return endpointId === BUILT_IN_ENDPOINT_ID && webhookSecret !== null ? [webhookSecret] : [];
  }

  private delayFor(answer: WebhookAnswer, attempts: number): number | undefined {
    const delayMs = delayAfter(this.settings.webhookRetryScheduleMs, attempts, Math.random());
    if (delayMs === undefined || answer.kind === 'failed' || !OVERLOADED.includes(answer.status))
      return delayMs;
    return Math.max(delayMs, retryAfterMs(answer.retryAfter, Date.now()) ?? 0);
  }

  private report(
    { id, eventId, endpoint, attempts }: PendingDelivery,
    { state, attempt, disableFor }: AttemptOutcome,
  ): void {
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
    if (disableFor !== null) {
      this.logger.warn({ endpoint_id: endpoint.id, reason: disableFor }, 'webhook endpoint disabled');
    }
  }
}

function outcomeOf(answer: WebhookAnswer, startedAt: Date, delayMs: number | undefined): AttemptOutcome {
  const status = answer.kind === 'answered' ? answer.status : null;
  const isDelivered = status !== null && status >= 200 && status < 300;
  const isGone = status === GONE;
  const isRetried = !isDelivered && !isGone && delayMs !== undefined;
  return {
    state: isDelivered ? 'delivered' : isRetried ? 'pending' : 'dead',
    nextAttemptAt: isRetried ? new Date(Date.now() + delayMs) : null,
    disableFor: isGone ? 'it answered 410 Gone' : null,
    attempt: {
      startedAt,
      durationMs: Date.now() - startedAt.getTime(),
      status,
      error: isDelivered ? null : whyFailed(answer),
      response: answer.kind === 'answered' ? answer.response : null,
    },
  };
}

function whyFailed(answer: WebhookAnswer): string {
  if (answer.kind === 'failed') return answer.error;
  if (answer.status >= 300 && answer.status < 400)
    return `answered ${answer.status}: redirects are not followed`;
  return `answered ${answer.status}`;
}
