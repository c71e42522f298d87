import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { RefundSubjects } from '../payments/refund-subjects.js';
import { DepositFinality } from './deposit-finality.js';
import { RefundGas } from './refund-gas.js';
import { RefundedDepositNotFoundError, RefundedPaymentNotFoundError } from './refund.errors.js';

/** What has to be asked of nodes before a refund is taken in: while no connection to the database is held. */
@Injectable()
export class RefundOutlook {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly subjects: RefundSubjects,
    private readonly finality: DepositFinality,
    private readonly gas: RefundGas,
  ) {}

  /**
   * @param merchantId null: of whichever merchant
   * @returns what its gas will cost, roughly, in wei; null: no node says
   * @throws RefundedPaymentNotFoundError also when it is another merchant's
   */
  async ofPayment(merchantId: string | null, id: string): Promise<bigint | null> {
    const place = await this.subjects.placeOf(this.dataSource.manager, merchantId, id);
    if (!place) throw new RefundedPaymentNotFoundError(id);
    return this.gas.roughly(place);
  }

  /** @throws RefundedDepositNotFoundError; NodesSilentError when nobody can say whether it is final */
  async ofDeposit(
    merchantId: string | null,
    id: string,
  ): Promise<{ roughCost: bigint | null; isFinal: boolean }> {
    const found = await this.subjects.depositOf(this.dataSource.manager, merchantId, id);
    if (!found) throw new RefundedDepositNotFoundError(id);
    const isFinal = await this.finality.isFinal(found.deposit, found.payment);
    return { isFinal, roughCost: await this.gas.roughly(found.deposit) };
  }
}
