import { inOneMoment } from '../../database/one-moment.js';
import { type CreatedBetween, narrowByCreation } from '../../http/list-filters.js';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { WebhookAttempt } from '../delivery/webhook-attempt.entity.js';
import { type DeliveryState, WebhookDelivery } from '../delivery/webhook-delivery.entity.js';

export interface DeliveryFilter {
  endpointId?: string;
  eventId?: string;
  eventType?: string;
}

export interface ListedDeliveries extends DeliveryFilter, CreatedBetween {
  states?: DeliveryState[];
  limit: number;
  after?: string;
}

/** What became of events, as a merchant may read it. Newest first. */
@Injectable()
export class DeliveryLogRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  deliveries(merchantId: string, { limit, after, ...filter }: ListedDeliveries): Promise<WebhookDelivery[]> {
    const query = this.dataSource.manager
      .createQueryBuilder(WebhookDelivery, 'delivery')
      .where('delivery.merchant_id = :merchantId', { merchantId })
      .orderBy('delivery.id', 'DESC')
      .limit(limit);
    if (filter.endpointId !== undefined) query.andWhere('delivery.endpoint_id = :endpointId', filter);
    if (filter.eventId !== undefined) query.andWhere('delivery.event_id = :eventId', filter);
    if (filter.eventType !== undefined) query.andWhere('delivery.event_type = :eventType', filter);
    if (filter.states !== undefined) query.andWhere('delivery.state = ANY(:states)', filter);
    if (after !== undefined) query.andWhere('delivery.id < :after', { after });
    narrowByCreation(query, filter);
    return query.getMany();
  }

  /** Null when there is none, or when it is another merchant's. */
  delivery(
    merchantId: string,
    id: string,
  ): Promise<{ delivery: WebhookDelivery; attempts: WebhookAttempt[] } | null> {
    return inOneMoment(this.dataSource, async (manager) => {
      const delivery = await manager.findOneBy(WebhookDelivery, { id, merchantId });
      if (!delivery) return null;
      const attempts = await manager.find(WebhookAttempt, {
        where: { deliveryId: id },
        order: { startedAt: 'ASC' },
      });
      return { delivery, attempts };
    });
  }
}
