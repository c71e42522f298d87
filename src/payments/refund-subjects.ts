import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { Token } from '../chain/tokens/token.entity.js';
import { Payment } from './payment.entity.js';
import { paymentView, type PaymentView } from './payment.view.js';
import { countedTransfers } from './payments.repository.js';

/** A payment whose money may go back. */
export interface RefundSubject {
  payment: Payment;
  /** Lower-case; null: the chain's native asset. */
  tokenAddress: string | null;
  view: PaymentView;
}

/** Payments as refunds need them. */
@Injectable()
export class RefundSubjects {
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
    if (!payment) return null;
    const { tokenId } = payment;
    const token = tokenId === null ? null : await manager.findOneBy(Token, { id: tokenId });
    const tokenAddress = token?.address ?? null;
    const credits = await countedTransfers(manager, [id]);
    return { payment, tokenAddress, view: paymentView(payment, credits, tokenAddress) };
  }

  async exists(manager: EntityManager, merchantId: string, id: string): Promise<boolean> {
    return manager.existsBy(Payment, { id, merchantId });
  }
}
