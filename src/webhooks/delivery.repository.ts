import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { PaymentEvent } from '../payments/event.entity.js';
import { Outbox } from '../payments/outbox.js';
import { subscribes } from './event-filter.js';
import { WebhookAttempt } from './webhook-attempt.entity.js';
import { type DeliveryState, WebhookDelivery } from './webhook-delivery.entity.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';

/** A delivery with all that an attempt needs. */
export interface PendingDelivery {
  id: string;
  attempts: number;
  /** Earlier than this it is not to be attempted. */
  dueAt: Date;
  eventId: string;
  body: string;
  endpoint: WebhookEndpoint;
}

export interface AttemptOutcome {
  state: DeliveryState;
  nextAttemptAt: Date | null;
  attempt: Omit<WebhookAttempt, 'id' | 'deliveryId'>;
  /** Why the endpoint is to be disabled; null: it is not. */
  disableFor: string | null;
}

@Injectable()
export class DeliveryRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Claims undispatched events and writes one delivery per subscribed endpoint, in one transaction.
   * @returns how many events were claimed, and the ids of their deliveries
   */
  dispatch(limit: number): Promise<{ claimed: number; deliveries: string[] }> {
    return this.dataSource.transaction(async (manager) => {
      const events = await this.outbox.claim(manager, limit);
      if (events.length === 0) return { claimed: 0, deliveries: [] };
      const endpoints = await manager.findBy(WebhookEndpoint, { state: 'enabled' });
      const deliveries = events.flatMap((event) => deliveriesOf(event, endpoints));
      if (deliveries.length > 0) {
        await manager
          .createQueryBuilder()
          .insert()
          .into(WebhookDelivery)
          .values(deliveries)
          .orIgnore()
          .execute();
      }
      await this.outbox.markDispatched(
        manager,
        events.map(({ id }) => id),
      );
      return { claimed: events.length, deliveries: deliveries.map(({ id }) => id) };
    });
  }

  /**
   * Null when it has ended: the job came twice, or was overtaken. Null also while its endpoint is disabled: it stays
   * pending, and `overdue` finds it once the endpoint is enabled again.
   */
  async findPending(id: string): Promise<PendingDelivery | null> {
    const { manager } = this.dataSource;
    const delivery = await manager.findOneBy(WebhookDelivery, { id, state: 'pending' });
    if (!delivery) return null;
    const { attempts, eventId, endpointId } = delivery;
    const [endpoint, { body }] = await Promise.all([
      manager.findOneByOrFail(WebhookEndpoint, { id: endpointId }),
      manager.findOneOrFail(PaymentEvent, { where: { id: eventId }, select: { body: true } }),
    ]);
    if (endpoint.state === 'disabled') return null;
    return { id, attempts, dueAt: delivery.nextAttemptAt ?? delivery.createdAt, eventId, body, endpoint };
  }

  /**
   * Records an attempt and what came of it, in one transaction.
   * @returns false when another worker recorded this attempt first: then nothing is written
   */
  record(delivery: PendingDelivery, outcome: AttemptOutcome): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const hasEnded = outcome.state !== 'pending';
      const { affected } = await manager.update(
        WebhookDelivery,
        { id: delivery.id, state: 'pending', attempts: delivery.attempts },
        {
          state: outcome.state,
          attempts: delivery.attempts + 1,
          nextAttemptAt: outcome.nextAttemptAt,
          finishedAt: hasEnded ? new Date() : null,
        },
      );
      if (affected === 0) return false;
      await manager.insert(WebhookAttempt, { ...outcome.attempt, id: uuidv7(), deliveryId: delivery.id });
      await this.noteHealth(manager, delivery.endpoint, outcome);
      return true;
    });
  }

  /** Pending deliveries to enabled endpoints that were due `overdueMs` ago: the queue should have had them by now. */
  async overdue(overdueMs: number, limit: number): Promise<string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT d.id FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
       WHERE d.state = 'pending' AND d.next_attempt_at < now() - $1 * interval '1 ms' AND e.state = 'enabled'
       ORDER BY d.next_attempt_at LIMIT $2`,
      [overdueMs, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Written only when it changes something: the row is shared by all of the endpoint's deliveries. */
  private async noteHealth(
    manager: EntityManager,
    endpoint: WebhookEndpoint,
    outcome: AttemptOutcome,
  ): Promise<void> {
    if (outcome.disableFor !== null) {
      await manager.update(
        WebhookEndpoint,
        { id: endpoint.id },
        { state: 'disabled', reason: outcome.disableFor },
      );
    }
    const isFailing = outcome.state !== 'delivered';
    if (isFailing === (endpoint.failingSince !== null)) return;
    await manager.update(
      WebhookEndpoint,
      { id: endpoint.id },
      { failingSince: isFailing ? new Date() : null },
    );
  }
}

function deliveriesOf(event: PaymentEvent, endpoints: WebhookEndpoint[]) {
  return endpoints
    .filter(({ merchantId, eventTypes }) => {
      const isTheirs = merchantId === null || merchantId === event.merchantId;
      return isTheirs && subscribes(eventTypes, event.type);
    })
    .map(({ id }) => ({ id: uuidv7(), eventId: event.id, endpointId: id, nextAttemptAt: new Date() }));
}
