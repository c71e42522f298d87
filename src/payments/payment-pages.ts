import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In } from 'typeorm';
import { inOneMoment } from '../database/one-moment.js';
import { Coalescer } from '../process/coalescer.js';
import { type DepositView } from './deposit.view.js';
import { DepositsService } from './deposits.service.js';
import { PaymentChanges } from './payment-changes.js';
import { Payment } from './payment.entity.js';
import { type PaymentView } from './payment.view.js';
import { PaymentsService } from './payments.service.js';

const MOST_DEPOSITS = 20;

export interface FoundPage {
  paymentId: string;
  merchantId: string;
  version: number;
}

export interface PaymentPageState {
  payment: PaymentView;
  /** What reached the payment's address without counting, which nobody has made anything of yet. */
  deposits: DepositView[];
}

/** Payments as their pages reach them: by the page's token alone, without a key. */
@Injectable()
export class PaymentPages {
  private readonly finds = new Coalescer((tokens: string[]) => this.findAll(tokens));

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly payments: PaymentsService,
    private readonly deposits: DepositsService,
    private readonly changes: PaymentChanges,
  ) {}

  /**
   * For callers in no transaction: those at the same time share a query.
   * @returns null when there is none
   */
  find(token: string): Promise<FoundPage | null> {
    return this.finds.call(token);
  }

  /** What its customer means to pay with. @param position of the option; one that is not there changes nothing */
  async choose(merchantId: string, paymentId: string, position: number): Promise<void> {
    await this.changes.choose(merchantId, paymentId, position);
  }

  /** Of many payments by as many statements as of one; those that are not there are left out. */
  async states(paymentIds: readonly string[]): Promise<Map<string, PaymentPageState>> {
    const [payments, deposits] = await inOneMoment(this.dataSource, async (manager) => [
      await this.payments.ofIds(manager, paymentIds),
      await this.deposits.unassignedOf(manager, paymentIds, MOST_DEPOSITS),
    ]);
    const states = payments.map((payment) => ({
      payment,
      deposits: deposits.filter((deposit) => deposit.payment_id === payment.id),
    }));
    return new Map(states.map((state) => [state.payment.id, state]));
  }

  private async findAll(tokens: readonly string[]): Promise<(FoundPage | null)[]> {
    const found = await this.dataSource.manager.find(Payment, {
      select: { id: true, merchantId: true, version: true, pageToken: true },
      where: { pageToken: In([...new Set(tokens)]) },
    });
    const byToken = new Map(found.map((one) => [one.pageToken, one]));
    return tokens.map((token) => {
      const one = byToken.get(token);
      return one ? { paymentId: one.id, merchantId: one.merchantId, version: one.version } : null;
    });
  }
}
