import { Injectable } from '@nestjs/common';
import { type PaymentFilter, PaymentsRepository } from '../payments.repository.js';
import { type PaymentLine, paymentLines } from './payment-lines.js';

const AT_ONCE = 200;

/** Payments line by line, for bookkeeping. */
@Injectable()
export class PaymentExport {
  constructor(private readonly payments: PaymentsRepository) {}

  /**
   * Oldest first, some payments at a time: memory does not grow with their number, and no connection is kept while whoever
   * reads them takes their time. Each payment is as it stands when it is read.
   */
  async *lines(filter: Omit<PaymentFilter, 'limit' | 'order' | 'after'>): AsyncGenerator<PaymentLine[]> {
    let after: string | undefined;
    for (;;) {
      const page = { ...filter, order: 'oldest_first' as const, after, limit: AT_ONCE };
      const records = await this.payments.inOneMoment((manager) => this.payments.list(manager, page));
      if (records.length > 0) yield records.flatMap(paymentLines);
      if (records.length < AT_ONCE) return;
      after = records.at(-1)?.payment.id;
    }
  }
}
