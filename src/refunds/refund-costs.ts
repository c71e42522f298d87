import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { inOneMoment } from '../database/one-moment.js';
import { type GasQuote } from '../chain/accounts/chain-accounts.js';
import { expectedPrice } from '../outgoing/fees.js';
import { OutgoingRepository } from '../outgoing/outgoing.repository.js';
import { type FeeShare } from '../outgoing/signing-rules.js';
import { moneyIn } from '../payments/money-of.js';
import { RefundSubjects } from '../payments/refund-subjects.js';
import { type RefundedMoney, RefundLimits } from './refund-limits.js';
import { ROUGH_GAS } from './refund-rules.js';
import { type Refund } from './refund.entity.js';

/** Whether a refund still costs no more gas than its money is worth: prices rise while it waits. */
@Injectable()
export class RefundCosts {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly subjects: RefundSubjects,
    private readonly limits: RefundLimits,
    private readonly outgoing: OutgoingRepository,
  ) {}

  /** Before gas is sent for it, or it is tried. @returns why not, in words; null: it does not */
  async whyTooDearNow(refund: Refund, quote: GasQuote): Promise<string | null> {
    const gas = refund.tokenAddress === null ? ROUGH_GAS.native : ROUGH_GAS.token;
    const most = await inOneMoment(this.dataSource, (manager) => this.mostFee(manager, refund));
    return this.whyTooDear({ expected: gas * expectedPrice(quote), most });
  }

  /**
   * In the transaction that signs it.
   * @param costWei of what is still to be signed for it; what was paid for its gas comes besides
   */
  async share(manager: EntityManager, refund: Refund, costWei: bigint): Promise<FeeShare> {
    const paid = await this.outgoing.feeOf(manager, refund.id);
    return { expected: paid + costWei, most: await this.mostFee(manager, refund) };
  }

  /** @returns why a fee is too much, in words; null: it is not */
  whyTooDear({ expected, most }: FeeShare): string | null {
    return most === null || expected <= most ? null : this.limits.tooDear;
  }

  /** What its gas may cost, whoever pays that. @returns wei; null: any */
  private async mostFee(manager: EntityManager, refund: Refund): Promise<bigint | null> {
    if (refund.isForced) return null;
    const { id: refundId, paymentId, chainId, tokenAddress } = refund;
    const { depositId, received } = await this.sharedBy(manager, refund);
    // With nothing there, gas is no question: that a reorg took the money is said where it is covered.
    if (received === 0n) return null;
    return this.limits.mostFee(manager, { paymentId, depositId, chainId, tokenAddress, received, refundId });
  }

  /** Of which money its gas is a share: of a deposit that does not count, else of what the payment received in all. */
  private async sharedBy(
    manager: EntityManager,
    refund: Refund,
  ): Promise<Pick<RefundedMoney, 'depositId' | 'received'>> {
    const { depositId, paymentId } = refund;
    const deposit = depositId === null ? null : await this.subjects.depositOf(manager, null, depositId);
    if (deposit?.counts === false) return { depositId, received: deposit.amount };
    const record = await this.subjects.find(manager, null, paymentId);
    return { depositId: null, received: (record && moneyIn(record, refund))?.received ?? 0n };
  }
}
