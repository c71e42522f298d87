import { type CreatedBetween, firstIdAt } from '../http/list-filters.js';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { PaymentEvent } from './event.entity.js';

export interface EventFilter extends CreatedBetween {
  limit: number;
  after?: string;
  type?: string;
  paymentId?: string;
}

const DAY_MS = 86_400_000;
/**
 * Where in the order of writing a time lies, found in the primary key: ids begin with the time (UUIDv7). A day more, since
 * they are made before the row is written, and by another clock.
 */
const FIRST_FROM = 'SELECT position FROM events WHERE id >= :firstId ORDER BY id LIMIT 1';
const LAST_BEFORE = 'SELECT position FROM events WHERE id < :endId ORDER BY id DESC LIMIT 1';

/** What happened, as a merchant may read it. Newest first. */
@Injectable()
export class EventLogRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  events(merchantId: string, filter: EventFilter): Promise<PaymentEvent[]> {
    const { limit, after, type, paymentId, createdAfter, createdBefore } = filter;
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
    if (createdAfter !== undefined) {
      const firstId = `evt_${firstIdAt(new Date(createdAfter.getTime() - DAY_MS))}`;
      query.andWhere(`event.created_at > :createdAfter AND event.position >= (${FIRST_FROM})`, {
        createdAfter,
        firstId,
      });
    }
    if (createdBefore !== undefined) {
      const endId = `evt_${firstIdAt(new Date(createdBefore.getTime() + DAY_MS))}`;
      query.andWhere(`event.created_at < :createdBefore AND event.position <= (${LAST_BEFORE})`, {
        createdBefore,
        endId,
      });
    }
    return query.getMany();
  }

  /** Null when there is none, or when it is another merchant's. */
  event(merchantId: string, id: string): Promise<PaymentEvent | null> {
    return this.dataSource.manager.findOneBy(PaymentEvent, { id, merchantId });
  }
}
