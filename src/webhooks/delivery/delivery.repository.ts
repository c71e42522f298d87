import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import { stoodStillSince } from '../../process/running-time.js';
import { Coalescer } from '../../process/coalescer.js';
import { applyHealth, healthChanges, holdDeliveries } from '../endpoints/endpoint-health.js';
import { type WebhookAttempt } from './webhook-attempt.entity.js';
import { type DeliveryState } from './webhook-delivery.entity.js';
import { type SealedSecret, type WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';
import { type WebhookJob } from './webhook-job.js';

/** A delivery with all that an attempt needs. */
export interface PendingDelivery {
  id: string;
  attempts: number;
  /** Of them, those before the last replay. */
  attemptsBefore: number;
  /** The job that brings it; null: the one with its own id. */
  jobId: string | null;
  paymentId: string | null;
  /** Earlier than this it is not to be attempted. */
  dueAt: Date;
  hasSlot: boolean;
  /** An earlier event of its payment has not been attempted yet, or an attempt of its job before a replay is under way. */
  isBehind: boolean;
  eventId: string;
  eventType: string;
  body: string;
  endpoint: DeliveryEndpoint;
}

export type DeliveryEndpoint = Pick<WebhookEndpoint, 'id' | 'url' | 'secrets' | 'rateLimit' | 'failingSince'>;

/** When a delivery comes again, and by which job. */
export interface NextAttempt {
  jobId: string;
  waitMs: number;
}

export interface AttemptOutcome {
  state: DeliveryState;
  nextAttemptAt: Date | null;
  attempt: Omit<WebhookAttempt, 'id' | 'deliveryId' | 'jobId' | 'startedAt'>;
  /** Why the endpoint is to be disabled; null: it is not. */
  disableFor: string | null;
}

export interface Recorded {
  /**
   * The job of the next attempt; null: there is none, or another has been given the delivery meanwhile, and it stays as
   * that one left it.
   */
  nextJobId: string | null;
  /** Why the endpoint was disabled by this; null: it was not. */
  disabledFor: string | null;
}

type Attempted = [delivery: PendingDelivery, outcome: AttemptOutcome, attemptId: string];

interface Begun {
  id: string;
  delivery_id: string;
  job_id: string | null;
  started_at: Date;
}

interface PendingRow {
  id: string;
  job_id: string | null;
  payment_id: string | null;
  attempts: number;
  attempts_before: number;
  due_at: Date;
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

/** After an exchange's patience has ended: what is not on record by then belongs to a worker that is no more. */
const RECORDED_WITHIN_MS = 5_000;
/** Looked up in one statement; each may stand for many deliveries. */
const JOBS_AT_ONCE = 20;

/** What an attempt needs of deliveries. Attempts that come at the same time share their statements. */
@Injectable()
export class DeliveryRepository {
  private readonly finds = new Coalescer((jobs: WebhookJob[]) => this.findAll(jobs), JOBS_AT_ONCE);
  // One statement for all that came meanwhile is cheaper than two for half of them each.
  private readonly records = new Coalescer((all: Attempted[]) => this.recordAll(all), 200, 1);
  private readonly begins = new Coalescer((all: Begun[]) => this.beginAll(all), 200, 1);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'webhookTimeoutMs'>,
  ) {}

  /**
   * The deliveries of a job that are still its own, in the order of their events. Those that have ended are not among
   * them: the job came twice, or was overtaken. Nor are those whose endpoint is disabled: they stay pending, and come
   * back once it is enabled again.
   */
  findPending(job: WebhookJob): Promise<PendingDelivery[]> {
    return this.finds.call(job);
  }

  /**
   * Puts an attempt on record before anything is sent: what reaches the endpoint has its line in the log, even when
   * this process ends before it can say what came of it.
   * @returns the attempt's id; null: nothing is to be sent, as the delivery has ended or another job brings it now
   */
  begin({ id, jobId }: PendingDelivery, startedAt: Date): Promise<string | null> {
    return this.begins.call({ id: uuidv7(), delivery_id: id, job_id: jobId, started_at: startedAt });
  }

  /** Records what came of an attempt, and what becomes of its delivery, together or not at all. */
  record(delivery: PendingDelivery, attemptId: string, outcome: AttemptOutcome): Promise<Recorded> {
    return this.records.call([delivery, outcome, attemptId]);
  }

  /**
   * Takes the next slot of an endpoint's rate limit, which all workers share.
   * @param perSecond deliveries per second
   * @returns null: it may go at once; otherwise the delivery has the slot reserved
   */
  async takeSlot({ id, jobId, endpoint }: PendingDelivery, perSecond: number): Promise<NextAttempt | null> {
    const nextJobId = uuidv7();
    const [row] = await this.dataSource.query<{ wait_ms: number }[]>(
      `WITH slot AS (
         UPDATE webhook_endpoints
         SET next_slot_at = greatest(next_slot_at, now()) + $3 * interval '1 ms'
         WHERE id = $2 RETURNING next_slot_at - $3 * interval '1 ms' AS at),
       reserved AS (
         UPDATE webhook_deliveries SET next_attempt_at = slot.at, has_slot = true, job_id = $5 FROM slot
         WHERE webhook_deliveries.id = $1 AND state = 'pending' AND job_id IS NOT DISTINCT FROM $4
           AND slot.at > now())
       SELECT ceil(extract(epoch FROM slot.at - now()) * 1000)::integer AS wait_ms FROM slot`,
      [id, endpoint.id, 1000 / perSecond, jobId, nextJobId],
    );
    const waitMs = row?.wait_ms ?? 0;
    return waitMs > 0 ? { jobId: nextJobId, waitMs } : null;
  }

  private async findAll(jobs: WebhookJob[]): Promise<PendingDelivery[][]> {
    const ids = jobs.flatMap(({ id, deliveries }) => deliveries ?? [id]);
    const since = new Date(Date.now() - this.settings.webhookTimeoutMs - RECORDED_WITHIN_MS);
    const rows = await this.dataSource.query<PendingRow[]>(FIND, [ids, UNANSWERED, since]);
    const found = new Map(rows.map((row) => [row.id, row]));
    return jobs.map((job) => {
      const asked = [...new Set(job.deliveries ?? [job.id])].flatMap((id) => found.get(id) ?? []);
      return asked.filter((row) => (row.job_id ?? row.id) === job.id).map(pendingOf);
    });
  }

  private async beginAll(all: Begun[]): Promise<(string | null)[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(BEGIN, [JSON.stringify(all), UNANSWERED]);
    const begun = new Set(rows.map(({ id }) => id));
    return all.map(({ id }) => (begun.has(id) ? id : null));
  }

  /**
   * Compare-and-set on the number of attempts and on the job: who comes second changes nothing of the delivery, and a
   * failure nothing of one that was replayed meanwhile. Endpoints are written before deliveries, here and elsewhere, so
   * that two transactions never wait for each other.
   */
  private async recordAll(all: Attempted[]): Promise<Recorded[]> {
    const nextJobIds = all.map(([, { nextAttemptAt }]) => (nextAttemptAt === null ? null : uuidv7()));
    const inOrder = all
      .map((one, index) => recordRow(one, nextJobIds[index] ?? null))
      // As everybody takes several deliveries, so that two transactions never wait for each other.
      .sort((a, b) => (a.delivery_id < b.delivery_id ? -1 : 1));
    const rows = JSON.stringify(inOrder);
    const changes = healthChanges(all, Date.now(), stoodStillSince);
    const write = async (manager: EntityManager) => {
      const disabled = await applyHealth(manager, changes);
      return { disabled, recorded: await manager.query<{ delivery_id: string }[]>(RECORD, [rows]) };
    };
    const { manager } = this.dataSource;
    const { disabled, recorded } = await (changes.length > 0 ? manager.transaction(write) : write(manager));
    await holdDeliveries(
      manager,
      disabled.map(({ endpointId }) => endpointId),
    );
    const ids = new Set(recorded.map((row) => row.delivery_id));
    return all.map(([{ id, endpoint }], index) => ({
      nextJobId: ids.has(id) ? (nextJobIds[index] ?? null) : null,
      disabledFor: disabled.find(({ endpointId }) => endpointId === endpoint.id)?.reason ?? null,
    }));
  }
}

/**
 * Plain conditions are hidden here and there (coalesce, IS NOT DISTINCT FROM): the primary keys and the indexes by
 * payment are right for this whatever the planner's statistics say, and of a table that has just filled up it has none
 * and walks through all that is pending.
 */
const FIND = `
  SELECT d.id, d.job_id, d.payment_id, d.attempts, d.attempts_before, coalesce(d.next_attempt_at, d.created_at) AS due_at, d.has_slot,
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

/** Of an attempt that has no outcome, or not yet. */
export const UNANSWERED =
  'no answer on record: it is under way, or the worker ended before it could record one and the webhook is sent again';

/**
 * A replay that comes at the same moment finds the attempt, or the attempt finds the replay: one of them sends. Rows that
 * somebody writes are left out rather than waited for, so that two workers never wait for each other.
 */
const BEGIN = `
  WITH new AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS (
      id uuid, delivery_id uuid, job_id uuid, started_at timestamptz)),
  own AS (
    SELECT new.* FROM new JOIN webhook_deliveries d ON d.id = new.delivery_id
    WHERE coalesce(d.state, '') = 'pending' AND d.job_id IS NOT DISTINCT FROM new.job_id
    FOR SHARE OF d SKIP LOCKED)
  INSERT INTO webhook_attempts (id, delivery_id, job_id, started_at, duration_ms, error)
  SELECT id, delivery_id, job_id, started_at, 0, $2 FROM own RETURNING id`;

const RECORD = `
  WITH new AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS (
      id uuid, delivery_id uuid, attempts integer, job_id uuid, next_job_id uuid, state varchar, next_attempt_at timestamptz, duration_ms integer,
      status smallint, error text, response text, address text, dns_ms integer,
      connect_ms integer, first_byte_ms integer)),
  moved AS (
    UPDATE webhook_deliveries d
    SET state = new.state, attempts = d.attempts + 1, next_attempt_at = new.next_attempt_at, has_slot = false,
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

function recordRow(
  [delivery, { state, nextAttemptAt, attempt }, attemptId]: Attempted,
  nextJobId: string | null,
) {
  return {
    id: attemptId,
    delivery_id: delivery.id,
    attempts: delivery.attempts,
    job_id: delivery.jobId,
    next_job_id: nextJobId,
    state,
    next_attempt_at: nextAttemptAt,
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

function pendingOf(row: PendingRow): PendingDelivery {
  return {
    id: row.id,
    jobId: row.job_id,
    paymentId: row.payment_id,
    attempts: row.attempts,
    attemptsBefore: row.attempts_before,
    dueAt: row.due_at,
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
