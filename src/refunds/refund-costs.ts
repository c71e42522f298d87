import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type GasQuote } from '../chain/accounts/chain-accounts.js';
import { expectedPrice } from '../outgoing/fees.js';
import { moneyIn } from '../payments/money-of.js';
import { RefundSubjects } from '../payments/refund-subjects.js';
import { RefundLimits } from './refund-limits.js';
import { ROUGH_GAS } from './refund-rules.js';
import { type Refund } from './refund.entity.js';

/** Whether a refund still costs no more gas than its money is worth: prices rise while it waits. */
@Injectable()
export class RefundCosts {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly subjects: RefundSubjects,
    private readonly limits: RefundLimits,
  ) {}

  /** Before gas is sent for it, or it is tried. @returns why not, in words; null: it does not */
  whyTooDearNow(refund: Refund, quote: GasQuote): Promise<string | null> {
    const gas = refund.tokenAddress === null ? ROUGH_GAS.native : ROUGH_GAS.token;
    return this.whyTooDear(this.dataSource.manager, refund, gas * expectedPrice(quote));
  }

  /** In the transaction that signs it. @param costWei what it is expected to cost by then */
  async whyTooDear(manager: EntityManager, refund: Refund, costWei: bigint): Promise<string | null> {
    if (refund.isForced) return null;
    const { id: refundId, paymentId, depositId, chainId, tokenAddress } = refund;
    const received = await this.receivedOf(manager, refund);
    // With nothing there, gas is no question: that a reorg took the money is said where it is covered.
    if (received === 0n) return null;
    const money = { paymentId, depositId, chainId, tokenAddress, received, refundId };
    return this.limits.whyTooDear(manager, money, costWei);
  }

  private async receivedOf(manager: EntityManager, refund: Refund): Promise<bigint> {
    if (refund.depositId === null) {
      const record = await this.subjects.find(manager, null, refund.paymentId);
      return (record && moneyIn(record, refund))?.received ?? 0n;
    }
    return (await this.subjects.depositOf(manager, null, refund.depositId))?.amount ?? 0n;
  }
}
