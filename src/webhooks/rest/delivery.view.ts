import { type PaymentEvent } from '../../events/event.entity.js';
import { type AttemptBody, type DeliveryBody, type EventBody } from './delivery.body.js';
import { type WebhookAttempt } from '../delivery/webhook-attempt.entity.js';
import { type WebhookDelivery } from '../delivery/webhook-delivery.entity.js';

export function deliveryView(delivery: WebhookDelivery): DeliveryBody {
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    payment_id: delivery.paymentId,
    endpoint_id: delivery.endpointId,
    status: delivery.state,
    state: delivery.state,
    attempt_count: delivery.attempts,
    next_attempt_at: delivery.nextAttemptAt?.toISOString() ?? null,
    created_at: delivery.createdAt.toISOString(),
    finished_at: delivery.finishedAt?.toISOString() ?? null,
  };
}

export function attemptView(attempt: WebhookAttempt): AttemptBody {
  return {
    started_at: attempt.startedAt.toISOString(),
    duration_ms: attempt.durationMs,
    timing: {
      dns_ms: attempt.dnsMs,
      connect_ms: attempt.connectMs,
      first_byte_ms: attempt.firstByteMs,
    },
    address: attempt.address,
    status: attempt.status,
    error: attempt.error,
    response: attempt.response,
  };
}

/** Of an attempt at WEBHOOK_URL, for a merchant: what its operator's server is and says is none of their business. */
export function operatorsAttemptView(attempt: WebhookAttempt): AttemptBody {
  const failed = attempt.status === null ? 'no answer; the operator sees why' : `answered ${attempt.status}`;
  const error = attempt.error === null ? null : failed;
  return { ...attemptView(attempt), address: null, error, response: null };
}

export function eventView({ id, type, paymentId, body, createdAt }: PaymentEvent): EventBody {
  const json = JSON.parse(body) as Record<string, unknown>;
  return { id, type, payment_id: paymentId, body: json, created_at: createdAt.toISOString() };
}
