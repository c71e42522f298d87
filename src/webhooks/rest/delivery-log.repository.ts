import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { PaymentEvent } from '../../events/event.entity.js';
import { WebhookAttempt } from '../delivery/webhook-attempt.entity.js';
import { type DeliveryState, WebhookDelivery } from '../delivery/webhook-delivery.entity.js';

export interface EventFilter {
  limit: number;
  after?: string;
  type?: string;
  paymentId?: string;
}

export interface DeliveryFilter {
  endpointId?: string;
  eventId?: string;
  eventType?: string;
  state?: DeliveryState;
}

/** What happened and what became of it, as a merchant may read it. Newest first. */
@Injectable()
export class DeliveryLogRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  events(merchantId: string, { limit, after, type, paymentId }: EventFilter): Promise<PaymentEvent[]> {
    const query = this.dataSource.manager
      .createQueryBuilder(PaymentEvent, 'event')
      .where('event.merchant_id = :merchantId', { merchantId })
      .orderBy('event.position', 'DESC')
      .limit(limit);
    if (type !== undefined) query.andWhere('event.type = :type', { type });
    if (paymentId !== undefined) query.andWhere('event.payment_id = :paymentId', { paymentId });
    if (after !== undefined) {
      query.andWhere('event.position < (SELECT position FROM events WHERE id = :after)', { after });
    }
    return query.getMany();
  }

  /** Null when there is none, or when it is another merchant's. */
  event(merchantId: string, id: string): Promise<PaymentEvent | null> {
    return this.dataSource.manager.findOneBy(PaymentEvent, { id, merchantId });
  }

  deliveries(
    merchantId: string,
    { limit, after, ...filter }: DeliveryFilter & { limit: number; after?: string },
  ): Promise<WebhookDelivery[]> {
    const query = this.dataSource.manager
      .createQueryBuilder(WebhookDelivery, 'delivery')
      .where('delivery.merchant_id = :merchantId', { merchantId })
      .orderBy('delivery.id', 'DESC')
      .limit(limit);
    if (filter.endpointId !== undefined) query.andWhere('delivery.endpoint_id = :endpointId', filter);
    if (filter.eventId !== undefined) query.andWhere('delivery.event_id = :eventId', filter);
    if (filter.eventType !== undefined) query.andWhere('delivery.event_type = :eventType', filter);
    if (filter.state !== undefined) query.andWhere('delivery.state = :state', filter);
    if (after !== undefined) query.andWhere('delivery.id < :after', { after });
    return query.getMany();
  }

  /** Null when there is none, or when it is another merchant's. */
  async delivery(
    merchantId: string,
    id: string,
  ): Promise<{ delivery: WebhookDelivery; attempts: WebhookAttempt[] } | null> {
    const { manager } = this.dataSource;
    const delivery = await manager.findOneBy(WebhookDelivery, { id, merchantId });
    if (!delivery) return null;
    const attempts = await manager.find(WebhookAttempt, {
      where: { deliveryId: id },
      order: { startedAt: 'ASC' },
    });
    return { delivery, attempts };
  }
}
