import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { PaymentEvent } from './event.entity.js';

export interface EventFilter {
  limit: number;
  after?: string;
  type?: string;
  paymentId?: string;
}

/** What happened, as a merchant may read it. Newest first. */
@Injectable()
export class EventLogRepository {
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
}
