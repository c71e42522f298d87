import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { createdBetween } from '../http/list-filters.js';
import { type Page, page } from '../http/page.js';
import { RefundSubjects } from '../payments/refund-subjects.js';
import { type ListRefundsDto, REFUNDS_AT_ONCE } from './dto/list-refunds.dto.js';
import { RefundQueries } from './refund-queries.js';
import { RefundViews } from './refund-views.js';
import {
  RefundedDepositNotFoundError,
  RefundedPaymentNotFoundError,
  RefundNotFoundError,
} from './refund.errors.js';
import { type RefundView } from './refund.view.js';

/** A merchant's refunds, for reading. */
@Injectable()
export class RefundLists {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly queries: RefundQueries,
    private readonly subjects: RefundSubjects,
    private readonly views: RefundViews,
  ) {}

  /** Newest first. */
  async list(merchantId: string, query: ListRefundsDto): Promise<Page<RefundView>> {
    const { payment_id: paymentId, deposit_id: depositId, status: statuses, limit, after } = query;
    const { address: to, tx_hash: txHash } = query;
    const filter = {
      merchantId,
      paymentId,
      depositId,
      statuses,
      to,
      txHash,
      after,
      ...createdBetween(query),
    };
    const rows = await this.queries.list({ ...filter, limit: limit + 1 });
    return page(await this.views.of(this.dataSource.manager, rows), limit, ({ id }) => id);
  }

  /** @throws RefundNotFoundError also when it is another merchant's */
  async get(merchantId: string, id: string): Promise<RefundView> {
    const refund = await this.queries.find(merchantId, id);
    if (!refund) throw new RefundNotFoundError(id);
    return this.views.one(this.dataSource.manager, refund);
  }

  /** The first asked for first. @throws RefundedPaymentNotFoundError */
  async ofPayment(merchantId: string, paymentId: string, after?: string): Promise<Page<RefundView>> {
    if (!(await this.subjects.exists(this.dataSource.manager, merchantId, paymentId)))
      throw new RefundedPaymentNotFoundError(paymentId);
    return this.of({ paymentId }, after);
  }

  /** Those of this deposit alone, the first asked for first. @throws RefundedDepositNotFoundError */
  async ofDeposit(merchantId: string, depositId: string, after?: string): Promise<Page<RefundView>> {
    if (!(await this.subjects.depositExists(this.dataSource.manager, merchantId, depositId)))
      throw new RefundedDepositNotFoundError(depositId);
    return this.of({ depositId }, after);
  }

  private async of(
    whose: { paymentId: string } | { depositId: string },
    after: string | undefined,
  ): Promise<Page<RefundView>> {
    const rows = await this.queries.of(whose, REFUNDS_AT_ONCE + 1, after);
    const { data, next, has_more } = page(rows, REFUNDS_AT_ONCE, ({ id }) => id);
    return { data: await this.views.of(this.dataSource.manager, data), next, has_more };
  }
}
