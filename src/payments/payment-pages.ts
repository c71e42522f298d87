import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type DepositView } from './deposit.view.js';
import { DepositsService } from './deposits.service.js';
import { PaymentChanges } from './payment-changes.js';
import { Payment } from './payment.entity.js';
import { type PaymentView } from './payment.view.js';
import { PaymentsService } from './payments.service.js';

const MOST_DEPOSITS = 20;

/** Payments as their pages reach them: by the page's token alone, without a key. */
@Injectable()
export class PaymentPages {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly payments: PaymentsService,
    private readonly deposits: DepositsService,
    private readonly changes: PaymentChanges,
  ) {}

  /** Null when there is none. */
  async find(token: string): Promise<{ paymentId: string; merchantId: string; version: number } | null> {
    const found = await this.dataSource.manager.findOne(Payment, {
      select: { id: true, merchantId: true, version: true },
      where: { pageToken: token },
    });
    return found && { paymentId: found.id, merchantId: found.merchantId, version: found.version };
  }

  /** What its customer means to pay with. @param position of the option; one that is not there changes nothing */
  async choose(merchantId: string, paymentId: string, position: number): Promise<void> {
    await this.changes.choose(merchantId, paymentId, position);
  }

  /** The payment, and what reached its address without counting, which nobody has made anything of yet. */
  async state(
    merchantId: string,
    paymentId: string,
  ): Promise<{ payment: PaymentView; deposits: DepositView[] }> {
    const [payment, { data: deposits }] = await Promise.all([
      this.payments.get(merchantId, paymentId),
      this.deposits.list(merchantId, { payment_id: paymentId, assigned: false, limit: MOST_DEPOSITS }),
    ]);
    return { payment, deposits };
  }
}
