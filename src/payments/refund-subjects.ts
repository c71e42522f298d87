import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type PaymentStatus } from './lifecycle.js';
import { type PaymentRecord, PaymentRecords } from './payment-records.js';
import { Payment } from './payment.entity.js';
import { paymentView, type PaymentView } from './payment.view.js';

/** A payment whose money may go back. */
export interface RefundSubject extends PaymentRecord {
  /** Lower-case; null: the chain's native asset. */
  tokenAddress: string | null;
  view: PaymentView;
  /** The sale was made: what goes back from now on leaves it as it is. */
  wasConfirmed: boolean;
}

const CONFIRMED: readonly PaymentStatus[] = ['confirmed', 'settled', 'failed'];

/** Payments as refunds need them. */
@Injectable()
export class RefundSubjects {
  constructor(private readonly records: PaymentRecords) {}

  /**
   * Holds the payment until the transaction ends, so that of several refunds each sees those before it.
   * @param merchantId null: whose it is does not matter
   * @returns null when there is none, or it is another merchant's
   */
  async lock(manager: EntityManager, merchantId: string | null, id: string): Promise<RefundSubject | null> {
    const payment = await manager.findOne(Payment, {
      where: { id, ...(merchantId === null ? {} : { merchantId }) },
      lock: { mode: 'pessimistic_write' },
    });
    const [record] = payment ? await this.records.of(manager, [payment]) : [];
    if (!record) return null;
    const wasConfirmed = CONFIRMED.includes(record.payment.status);
    return { ...record, tokenAddress: record.asset.address, view: paymentView(record), wasConfirmed };
  }

  /**
   * A refund of the payment changed, and is announced: what carries a smaller version is stale. Under the payment's lock.
   */
  async stepVersion(manager: EntityManager, id: string): Promise<void> {
    await manager.query('UPDATE payments SET version = version + 1 WHERE id = $1', [id]);
  }

  /**
   * A refund of the payment changed: the scanner moves it in its next step, and not before. It alone knows by which block,
   * that no node contradicts, a payment is covered. Under the payment's lock.
   */
  async lookAgain(manager: EntityManager, id: string): Promise<void> {
    await manager.query('UPDATE payments SET recheck_at_time = to_timestamp(0) WHERE id = $1', [id]);
  }

  async exists(manager: EntityManager, merchantId: string, id: string): Promise<boolean> {
    return manager.existsBy(Payment, { id, merchantId });
  }
}
