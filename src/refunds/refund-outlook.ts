import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { inOneMoment } from '../database/one-moment.js';
import { NodesSilentError } from '../chain/nodes-silent.error.js';
import { RefundSubjects } from '../payments/refund-subjects.js';
import { type CreateRefundDto } from './dto/create-refund.dto.js';
import { DepositFinality } from './deposit-finality.js';
import { RefundGas } from './refund-gas.js';
import { refundedMoney } from './refunded-money.js';
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
   * @throws RefundAssetError where it is not said which of several assets goes back
   */
  async ofPayment(merchantId: string | null, id: string, dto: CreateRefundDto): Promise<bigint | null> {
    const record = await inOneMoment(this.dataSource, (manager) =>
      this.subjects.find(manager, merchantId, id),
    );
    if (!record) throw new RefundedPaymentNotFoundError(id);
    return this.gas.roughly(refundedMoney(record, dto));
  }

  /**
   * @returns `isFinal`: or that no node says, which matters only where the refund is not an old one asked for again
   * @throws RefundedDepositNotFoundError also when it is another merchant's
   */
  async ofDeposit(
    merchantId: string | null,
    id: string,
  ): Promise<{ roughCost: bigint | null; isFinal: boolean | NodesSilentError }> {
    const deposit = await inOneMoment(this.dataSource, (manager) =>
      this.subjects.depositOf(manager, merchantId, id),
    );
    if (!deposit) throw new RefundedDepositNotFoundError(id);
    const isFinal = await this.isFinal(deposit);
    return { isFinal, roughCost: await this.gas.roughly(deposit) };
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
