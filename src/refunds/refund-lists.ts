import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { inOneMoment } from '../database/one-moment.js';
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
    return inOneMoment(this.dataSource, async (manager) => {
      const rows = await this.queries.list(manager, { ...filter, limit: limit + 1 });
      return page(await this.views.of(manager, rows), limit, ({ id }) => id);
    });
  }

  /** @throws RefundNotFoundError also when it is another merchant's */
  get(merchantId: string, id: string): Promise<RefundView> {
    return inOneMoment(this.dataSource, async (manager) => {
      const refund = await this.queries.find(manager, merchantId, id);
      if (!refund) throw new RefundNotFoundError(id);
      return this.views.one(manager, refund);
    });
  }

  /** The first asked for first. @throws RefundedPaymentNotFoundError */
  ofPayment(merchantId: string, paymentId: string, after?: string): Promise<Page<RefundView>> {
    return inOneMoment(this.dataSource, async (manager) => {
      if (!(await this.subjects.exists(manager, merchantId, paymentId)))
        throw new RefundedPaymentNotFoundError(paymentId);
      return this.of(manager, { paymentId }, after);
    });
  }

  /** Those of this deposit alone, the first asked for first. @throws RefundedDepositNotFoundError */
  ofDeposit(merchantId: string, depositId: string, after?: string): Promise<Page<RefundView>> {
    return inOneMoment(this.dataSource, async (manager) => {
      if (!(await this.subjects.depositExists(manager, merchantId, depositId)))
        throw new RefundedDepositNotFoundError(depositId);
      return this.of(manager, { depositId }, after);
    });
  }

  private async of(
    manager: EntityManager,
    whose: { paymentId: string } | { depositId: string },
    after: string | undefined,
  ): Promise<Page<RefundView>> {
    const rows = await this.queries.of(manager, whose, REFUNDS_AT_ONCE + 1, after);
    const { data, next, has_more } = page(rows, REFUNDS_AT_ONCE, ({ id }) => id);
    return { data: await this.views.of(manager, data), next, has_more };
  }
}
