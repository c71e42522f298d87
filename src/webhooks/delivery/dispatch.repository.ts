import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { NIL, v7 as uuidv7 } from 'uuid';
import { type ClaimedEvent, Outbox } from '../../events/outbox.js';
import { subscribes } from '../../events/event-filter.js';
import { type JobPlace, jobsOf, shareJobs, type WebhookJob } from './webhook-job.js';
import { type EndpointState, type WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';

/** How far a look through overdue deliveries has come. */
export interface OverduePlace {
  due: string;
  id: string;
}

export interface Dispatched {
  /** Events. */
  claimed: number;
  /** Of the deliveries that can go. */
  jobs: WebhookJob[];
  /** From one of the endpoints nothing but failures comes; null: there were no events. */
  hasFailing: boolean | null;
}

interface NewDelivery extends JobPlace {
  event: ClaimedEvent;
  isHeld: boolean;
}

/** What the dispatcher and the reconciler need: deliveries that the queue is to be given. */
@Injectable()
export class DispatchRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Claims undispatched events and writes one delivery per subscribed endpoint, in one transaction. For an endpoint
   * that is disabled it is kept until it is enabled again.
   */
  async dispatch(limit: number): Promise<Dispatched> {
    // Most looks find nothing, and are one statement then rather than the three of a transaction.
    if (!(await this.outbox.hasUndispatched())) return { claimed: 0, jobs: [], hasFailing: null };
    return this.dataSource.transaction(async (manager) => {
      const events = await this.outbox.claim(manager, limit);
      if (events.length === 0) return { claimed: 0, jobs: [], hasFailing: null };
      const endpoints = await endpointsFor(manager, events);
      const jobs = await write(manager, events, endpoints);
      return { claimed: events.length, jobs, hasFailing: endpoints.some(({ isFailing }) => isFailing) };
    });
  }

  /**
   * Writes the deliveries to endpoints that are well before their events are dispatched to all: whoever answers does not
   * wait until hundreds of deliveries to those who do not have been written.
   * @param after events behind this one; null: all
   * @returns also the last of the events; null: there were none
   */
  ahead(
    limit: number,
    after: ClaimedEvent['position'] | null,
  ): Promise<{ jobs: WebhookJob[]; last: ClaimedEvent['position'] | null }> {
    return this.dataSource.transaction(async (manager) => {
      const events = await this.outbox.undispatched(manager, limit, after);
      const last = events.at(-1)?.position ?? null;
      if (last === null) return { jobs: [], last };
      const endpoints = await endpointsFor(manager, events);
      const well = endpoints.filter(({ isFailing, state }) => !isFailing && state === 'enabled');
      return { jobs: await write(manager, events, well), last };
    });
  }

  /**
   * Pending deliveries to enabled endpoints that were due `overdueMs` ago: the queue should have had them by now.
   * @param ofFailing to endpoints from which nothing but failures comes, or to all the others
   * @param after where the batch before ended
   * @returns where this batch ended, if there may be more
   */
  async overdue(
    { overdueMs, ofFailing }: { overdueMs: number; ofFailing: boolean },
    limit: number,
    after: OverduePlace | null,
  ): Promise<{ jobs: WebhookJob[]; place: OverduePlace | null }> {
    const rows = await this.dataSource.query<(OverduePlace & JobPlace)[]>(
      `SELECT d.id, d.endpoint_id AS "endpointId", d.job_id AS "jobId", d.next_attempt_at::text AS due
       FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
       WHERE d.state = 'pending' AND d.next_attempt_at < now() - $1 * interval '1 ms'
         AND (d.next_attempt_at, d.id) > ($3::timestamptz, $4::uuid)
         AND e.state = 'enabled' AND e.deleted_at IS NULL AND (e.failing_since IS NOT NULL) = $5
       ORDER BY d.next_attempt_at, d.id LIMIT $2`,
      [overdueMs, limit, after?.due ?? '-infinity', after?.id ?? NIL, ofFailing],
    );
    const jobs = jobsOf(rows);
    return {
      jobs: ofFailing ? jobs.map((job) => ({ ...job, isOfFailing: true })) : jobs,
      place: rows.length === limit ? (rows.at(-1) ?? null) : null,
    };
  }

  /**
   * Makes what was kept for endpoints that are enabled again due, and gives it new jobs: the old ones may wait for
   * another time, or be at work at this moment.
   * @returns how many there were
   */
  releaseHeld(limit: number): Promise<{ released: number; jobs: WebhookJob[] }> {
    return this.dataSource.transaction(async (manager) => {
      const held = await manager.query<{ id: string; endpointId: string }[]>(
        `SELECT d.id, d.endpoint_id AS "endpointId"
         FROM webhook_endpoints e JOIN webhook_deliveries d ON d.endpoint_id = e.id
         WHERE e.state = 'enabled' AND e.deleted_at IS NULL AND d.state = 'pending' AND d.next_attempt_at IS NULL
         ORDER BY d.position LIMIT $1 FOR NO KEY UPDATE OF d SKIP LOCKED`,
        [limit],
      );
      const places = shareJobs(held).map((place) => ({ ...place, jobId: place.jobId ?? uuidv7() }));
      await manager.query(
        `UPDATE webhook_deliveries d SET next_attempt_at = now(), job_id = new."jobId"
         FROM jsonb_to_recordset($1::jsonb) AS new (id uuid, "jobId" uuid) WHERE d.id = new.id`,
        [JSON.stringify(places)],
      );
      return { released: held.length, jobs: jobsOf(places) };
    });
  }
}

type Subscriber = Pick<WebhookEndpoint, 'id' | 'merchantId' | 'eventTypes'> & {
  state: EndpointState;
  isFailing: boolean;
};

/** Locked against being disabled or enabled meanwhile, so that no delivery is kept by mistake or sent for nothing. */
function endpointsFor(manager: EntityManager, events: ClaimedEvent[]): Promise<Subscriber[]> {
  return manager.query<Subscriber[]>(
    `SELECT id, merchant_id AS "merchantId", event_types AS "eventTypes", state,
       failing_since IS NOT NULL AS "isFailing" FROM webhook_endpoints
     WHERE (merchant_id IS NULL OR merchant_id = ANY($1)) AND deleted_at IS NULL ORDER BY id FOR SHARE`,
    [[...new Set(events.map(({ merchantId }) => merchantId))]],
  );
}

function deliveriesOf(event: ClaimedEvent, endpoints: Subscriber[]): NewDelivery[] {
  return endpoints
    .filter(({ merchantId, eventTypes }) => {
      const isTheirs = merchantId === null || merchantId === event.merchantId;
      return isTheirs && subscribes(eventTypes, event.type);
    })
    .map(({ id, state }) => ({
      id: uuidv7(),
      endpointId: id,
      jobId: null,
      event,
      isHeld: state === 'disabled',
    }));
}

function withJobs(deliveries: NewDelivery[]): NewDelivery[] {
  const places = new Map(shareJobs(deliveries).map((place) => [place.id, place.jobId]));
  return deliveries.map((delivery) => ({ ...delivery, jobId: places.get(delivery.id) ?? null }));
}

/** In the order of events and endpoints everywhere, so that two who write the same never wait for each other. */
async function write(
  manager: EntityManager,
  events: readonly ClaimedEvent[],
  endpoints: Subscriber[],
): Promise<WebhookJob[]> {
  const deliveries = withJobs(events.flatMap((event) => deliveriesOf(event, endpoints)));
  const written = await insertDeliveries(manager, deliveries);
  const failing = new Set(endpoints.filter(({ isFailing }) => isFailing).map(({ id }) => id));
  const jobs = jobsOf(deliveries.filter(({ id, isHeld }) => !isHeld && written.has(id)));
  return jobs.map((job) => (failing.has(job.endpointId ?? '') ? { ...job, isOfFailing: true } : job));
}

/** @returns the ids of those that were not there before */
async function insertDeliveries(manager: EntityManager, deliveries: NewDelivery[]): Promise<Set<string>> {
  if (deliveries.length === 0) return new Set();
  const rows = deliveries.map(({ id, endpointId, jobId, event, isHeld }) => ({
    id,
    endpoint_id: endpointId,
    job_id: jobId,
    event_id: event.id,
    merchant_id: event.merchantId,
    payment_id: event.paymentId,
    event_type: event.type,
    position: event.position,
    is_held: isHeld,
  }));
  const inserted = await manager.query<{ id: string }[]>(
    `INSERT INTO webhook_deliveries
       (id, event_id, endpoint_id, job_id, merchant_id, payment_id, event_type, position, next_attempt_at)
     SELECT id, event_id, endpoint_id, job_id, merchant_id, payment_id, event_type, position,
       CASE WHEN is_held THEN NULL ELSE now() END
     FROM jsonb_to_recordset($1::jsonb) AS new (id uuid, event_id varchar, endpoint_id uuid, job_id uuid,
       merchant_id uuid, payment_id uuid, event_type varchar, position bigint, is_held boolean)
     ON CONFLICT DO NOTHING RETURNING id`,
    [JSON.stringify(rows)],
  );
  return new Set(inserted.map(({ id }) => id));
}
