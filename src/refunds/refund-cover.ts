import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { RefundSubjects } from '../payments/refund-subjects.js';
import { type Refund } from './refund.entity.js';
import { RefundsRepository } from './refunds.repository.js';

/** What keeps a refund from being paid now, or for good. */
export interface Uncovered {
  isForGood: boolean;
  reason: string;
}

/** Whether a payment still has what is to be given back: a deep reorg may have taken it since the refund was asked for. */
@Injectable()
export class RefundCover {
  constructor(
    private readonly subjects: RefundSubjects,
    private readonly refunds: RefundsRepository,
  ) {}

  /** Holds the payment until the transaction ends. @returns null: it has */
  async lackOf(manager: EntityManager, { paymentId, amount }: Refund): Promise<Uncovered | null> {
    const subject = await this.subjects.lock(manager, null, paymentId);
    const { amountReceived: received = 0n, amountConfirmed: confirmed = 0n } = subject?.payment ?? {};
    const sent = await this.refunds.sentOf(manager, paymentId);
    if (sent + amount <= confirmed) return null;
    const isForGood = sent + amount > received;
    const reason = isForGood
      ? `a reorg took money of the payment away: it has ${received} now, and ${sent} of it were refunded`
      : `of what the payment received ${confirmed} are final for now, and ${sent} of it were refunded`;
    return { isForGood, reason };
  }
}
