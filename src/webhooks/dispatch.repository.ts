import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { NIL, v7 as uuidv7 } from 'uuid';
import { type PaymentEvent } from '../payments/event.entity.js';
import { Outbox } from '../payments/outbox.js';
import { subscribes } from './event-filter.js';
import { type EndpointState, type WebhookEndpoint } from './webhook-endpoint.entity.js';

/** How far a look through overdue deliveries has come. */
export interface OverduePlace {
  due: string;
  id: string;
}

interface NewDelivery {
  id: string;
  endpointId: string;
  event: PaymentEvent;
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
   * @returns how many events were claimed, and the ids of the deliveries that can go
   */
  dispatch(limit: number): Promise<{ claimed: number; deliveries: string[] }> {
    return this.dataSource.transaction(async (manager) => {
      const events = await this.outbox.claim(manager, limit);
      if (events.length === 0) return { claimed: 0, deliveries: [] };
      const endpoints = await endpointsFor(manager, events);
      const deliveries = events.flatMap((event) => deliveriesOf(event, endpoints));
      await insertDeliveries(manager, deliveries);
      await this.outbox.markDispatched(
        manager,
        events.map(({ id }) => id),
      );
      const ready = deliveries.filter(({ isHeld }) => !isHeld);
      return { claimed: events.length, deliveries: ready.map(({ id }) => id) };
    });
  }

  /**
   * Pending deliveries to enabled endpoints that were due `overdueMs` ago: the queue should have had them by now.
   * @param after where the batch before ended
   */
  async overdue(
    overdueMs: number,
    limit: number,
    after: OverduePlace | null,
  ): Promise<{ ids: string[]; place: OverduePlace | null }> {
    const rows = await this.dataSource.query<{ id: string; due: string }[]>(
      `SELECT d.id, d.next_attempt_at::text AS due
       FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
       WHERE d.state = 'pending' AND d.next_attempt_at < now() - $1 * interval '1 ms'
         AND (d.next_attempt_at, d.id) > ($3::timestamptz, $4::uuid)
         AND e.state = 'enabled' AND e.deleted_at IS NULL
       ORDER BY d.next_attempt_at, d.id LIMIT $2`,
      [overdueMs, limit, after?.due ?? '-infinity', after?.id ?? NIL],
    );
    return { ids: rows.map(({ id }) => id), place: rows.at(-1) ?? null };
  }

  /** Makes what was kept for endpoints that are enabled again due. @returns their ids */
  async releaseHeld(limit: number): Promise<string[]> {
    const [rows] = await this.dataSource.query<[{ id: string }[], number]>(
      `UPDATE webhook_deliveries SET next_attempt_at = now() WHERE id IN (
         SELECT d.id FROM webhook_endpoints e JOIN webhook_deliveries d ON d.endpoint_id = e.id
         WHERE e.state = 'enabled' AND e.deleted_at IS NULL AND d.state = 'pending' AND d.next_attempt_at IS NULL
         ORDER BY d.position LIMIT $1)
       RETURNING id`,
      [limit],
    );
    return rows.map(({ id }) => id);
  }
}

type Subscriber = Pick<WebhookEndpoint, 'id' | 'merchantId' | 'eventTypes'> & { state: EndpointState };

/** Locked against being disabled or enabled meanwhile, so that no delivery is kept by mistake or sent in vain. */
function endpointsFor(manager: EntityManager, events: PaymentEvent[]): Promise<Subscriber[]> {
  return manager.query<Subscriber[]>(
    `SELECT id, merchant_id AS "merchantId", event_types AS "eventTypes", state FROM webhook_endpoints
     WHERE (merchant_id IS NULL OR merchant_id = ANY($1)) AND deleted_at IS NULL FOR SHARE`,
    [[...new Set(events.map(({ merchantId }) => merchantId))]],
  );
}

function deliveriesOf(event: PaymentEvent, endpoints: Subscriber[]): NewDelivery[] {
  return endpoints
    .filter(({ merchantId, eventTypes }) => {
      const isTheirs = merchantId === null || merchantId === event.merchantId;
      return isTheirs && subscribes(eventTypes, event.type);
    })
    .map(({ id, state }) => ({ id: uuidv7(), endpointId: id, event, isHeld: state === 'disabled' }));
}

async function insertDeliveries(manager: EntityManager, deliveries: NewDelivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  const rows = deliveries.map(({ id, endpointId, event, isHeld }) => ({
    id,
    endpoint_id: endpointId,
    event_id: event.id,
    is_held: isHeld,
  }));
  await manager.query(
    `INSERT INTO webhook_deliveries
       (id, event_id, endpoint_id, merchant_id, payment_id, event_type, position, next_attempt_at)
     SELECT new.id, v.id, new.endpoint_id, v.merchant_id, v.payment_id, v.type, v.position,
       CASE WHEN new.is_held THEN NULL ELSE now() END
     FROM jsonb_to_recordset($1::jsonb) AS new (id uuid, event_id varchar, endpoint_id uuid, is_held boolean)
     JOIN events v ON v.id = new.event_id
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(rows)],
  );
}
