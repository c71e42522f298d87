import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { NodesSilentError } from '../chain/nodes-silent.error.js';
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

  /**
   * @returns `isFinal`: or that no node says, which matters only where the refund is not an old one asked for again
   * @throws RefundedDepositNotFoundError also when it is another merchant's
   */
  async ofDeposit(
    merchantId: string | null,
    id: string,
  ): Promise<{ roughCost: bigint | null; isFinal: boolean | NodesSilentError }> {
    const found = await this.subjects.depositOf(this.dataSource.manager, merchantId, id);
    if (!found) throw new RefundedDepositNotFoundError(id);
    const isFinal = await this.isFinal(found.deposit, found.payment);
    return { isFinal, roughCost: await this.gas.roughly(found.deposit) };
  }

  private async isFinal(...of: Parameters<DepositFinality['isFinal']>): Promise<boolean | NodesSilentError> {
    try {
      return await this.finality.isFinal(...of);
    } catch (error) {
      if (error instanceof NodesSilentError) return error;
      throw error;
    }
  }
}
