import { steadyMs } from '../../process/steady-time.js';
import { type SealedSecret, type WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';

/** A delivery with all that an attempt needs. */
export interface PendingDelivery {
  id: string;
  attempts: number;
  /** Of them, those before the last replay. */
  attemptsBefore: number;
  /** The job that brings it; null: the one with its own id. */
  jobId: string | null;
  paymentId: string | null;
  /** Earlier than this it is not to be attempted; by `steadyMs`. Postgres' clock says how far away that is. */
  dueAtMs: number;
  hasSlot: boolean;
  /** An earlier event of its payment has not been attempted yet, or an attempt of its job before a replay is under way. */
  isBehind: boolean;
  eventId: string;
  eventType: string;
  body: string;
  endpoint: DeliveryEndpoint;
}

export type DeliveryEndpoint = Pick<WebhookEndpoint, 'id' | 'url' | 'secrets' | 'rateLimit' | 'failingSince'>;

export interface PendingRow {
  id: string;
  job_id: string | null;
  payment_id: string | null;
  attempts: number;
  attempts_before: number;
  early_ms: number;
  has_slot: boolean;
  is_behind: boolean;
  event_id: string;
  event_type: string;
  body: string;
  endpoint_id: string;
  url: string;
  secrets: SealedSecret[];
  rate_limit: number | null;
  failing_since: Date | null;
}

/**
 * Plain conditions are hidden here and there (coalesce, IS NOT DISTINCT FROM): the primary keys and the indexes by
 * payment are right for this whatever the planner's statistics say, and of a table that has just filled up it has none
 * and walks through all that is pending.
 */
export const FIND_PENDING = `
  SELECT d.id, d.job_id, d.payment_id, d.attempts, d.attempts_before,
    (extract(epoch FROM coalesce(d.next_attempt_at, d.created_at) - clock_timestamp()) * 1000)::float8 AS early_ms, d.has_slot,
    d.event_id, d.event_type, v.body, d.endpoint_id, e.url, e.secrets, e.rate_limit, e.failing_since,
    EXISTS (SELECT 1 FROM webhook_deliveries f
      WHERE f.payment_id = d.payment_id AND f.position < d.position AND f.state = 'pending'
        AND f.attempts = f.attempts_before AND f.endpoint_id IS NOT DISTINCT FROM d.endpoint_id)
    OR EXISTS (SELECT 1 FROM events o
      WHERE o.payment_id = d.payment_id AND o.position < d.position
        AND coalesce(o.dispatched_at, '-infinity') = '-infinity'
        AND NOT EXISTS (SELECT 1 FROM webhook_deliveries x WHERE x.event_id = o.id AND x.endpoint_id = d.endpoint_id))
    OR EXISTS (SELECT 1 FROM webhook_attempts a
      WHERE a.delivery_id = d.id AND a.started_at > $3 AND a.error = $2 AND a.job_id IS DISTINCT FROM d.job_id) AS is_behind
  FROM webhook_deliveries d JOIN events v ON v.id = d.event_id JOIN webhook_endpoints e ON e.id = d.endpoint_id
  WHERE d.id = ANY($1) AND coalesce(d.state, '') = 'pending' AND e.state = 'enabled' AND e.deleted_at IS NULL`;

export function pendingOf(row: PendingRow): PendingDelivery {
  return {
    id: row.id,
    jobId: row.job_id,
    paymentId: row.payment_id,
    attempts: row.attempts,
    attemptsBefore: row.attempts_before,
    dueAtMs: steadyMs() + Math.ceil(row.early_ms),
    hasSlot: row.has_slot,
    isBehind: row.is_behind,
    eventId: row.event_id,
    eventType: row.event_type,
    body: row.body,
    endpoint: {
      id: row.endpoint_id,
      url: row.url,
      secrets: row.secrets,
      rateLimit: row.rate_limit,
      failingSince: row.failing_since,
    },
  };
}
