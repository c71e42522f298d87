import { type PendingDelivery } from './pending-delivery.js';
import { type WebhookAttempt } from './webhook-attempt.entity.js';
import { type DeliveryState } from './webhook-delivery.entity.js';

export interface AttemptOutcome {
  state: DeliveryState;
  /** When it is attempted again; null: never. */
  nextInMs: number | null;
  attempt: Omit<WebhookAttempt, 'id' | 'deliveryId' | 'jobId' | 'startedAt'>;
  /** Why the endpoint is to be disabled; null: it is not. */
  disableFor: string | null;
}

export type Attempted = [delivery: PendingDelivery, outcome: AttemptOutcome, attemptId: string];

/** An attempt as it is put on record before anything is sent. */
export interface Begun {
  id: string;
  delivery_id: string;
  job_id: string | null;
  started_at: Date;
}

/** Of an attempt that has no outcome, or not yet. */
export const UNANSWERED =
  'no answer on record: it is under way, or the worker ended before it could record one and the webhook is sent again';

/**
 * A replay that comes at the same moment finds the attempt, or the attempt finds the replay: one of them sends. Rows that
 * somebody writes are left out rather than waited for, so that two workers never wait for each other.
 */
export const BEGIN = `
  WITH new AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS (
      id uuid, delivery_id uuid, job_id uuid, started_at timestamptz)),
  own AS (
    SELECT new.* FROM new JOIN webhook_deliveries d ON d.id = new.delivery_id
    WHERE coalesce(d.state, '') = 'pending' AND d.job_id IS NOT DISTINCT FROM new.job_id
    FOR SHARE OF d SKIP LOCKED)
  INSERT INTO webhook_attempts (id, delivery_id, job_id, started_at, duration_ms, error)
  SELECT id, delivery_id, job_id, started_at, 0, $2 FROM own RETURNING id`;

export const RECORD = `
  WITH new AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS (
      id uuid, delivery_id uuid, attempts integer, job_id uuid, next_job_id uuid, state varchar, next_in_ms float8, duration_ms integer,
      status smallint, error text, response text, address text, dns_ms integer,
      connect_ms integer, first_byte_ms integer)),
  moved AS (
    UPDATE webhook_deliveries d
    SET state = new.state, attempts = d.attempts + 1, next_attempt_at = clock_timestamp() + new.next_in_ms * interval '1 ms',
      has_slot = false,
      job_id = new.next_job_id,
      finished_at = CASE WHEN new.state = 'pending' THEN NULL ELSE now() END
    FROM new WHERE d.id = new.delivery_id AND d.state = 'pending' AND d.attempts = new.attempts
      AND (new.state = 'delivered' OR d.job_id IS NOT DISTINCT FROM new.job_id)
    RETURNING d.id),
  told AS (
    UPDATE webhook_attempts a
    SET duration_ms = new.duration_ms, status = new.status, error = new.error, response = new.response,
      address = new.address, dns_ms = new.dns_ms, connect_ms = new.connect_ms, first_byte_ms = new.first_byte_ms
    FROM new WHERE a.id = new.id)
  SELECT id AS delivery_id FROM moved`;

export function recordRow(
  [delivery, { state, nextInMs, attempt }, attemptId]: Attempted,
  nextJobId: string | null,
) {
  return {
    id: attemptId,
    delivery_id: delivery.id,
    attempts: delivery.attempts,
    job_id: delivery.jobId,
    next_job_id: nextJobId,
    state,
    // By Postgres' clock, as whoever looks what is due.
    next_in_ms: nextInMs,
    duration_ms: attempt.durationMs,
    status: attempt.status,
    error: attempt.error,
    response: attempt.response,
    address: attempt.address,
    dns_ms: attempt.dnsMs,
    connect_ms: attempt.connectMs,
    first_byte_ms: attempt.firstByteMs,
  };
}
