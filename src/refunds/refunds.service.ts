import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { type IdempotentAnswer, IdempotencyService } from '../http/idempotency.js';
import { Recipients } from '../outgoing/recipients.js';
import { RefundSubjects } from '../payments/refund-subjects.js';
import { type CreateRefundDto } from './dto/create-refund.dto.js';
import { RefundAnnouncements } from './refund-announcements.js';
import { Refund } from './refund.entity.js';
import {
  NoRefundsHereError,
  RecipientUnfitError,
  RefundedPaymentNotFoundError,
  RefundTooLargeError,
} from './refund.errors.js';
import { refundView, type RefundView } from './refund.view.js';
import { RefundsRepository } from './refunds.repository.js';

@Injectable()
export class RefundsService {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly refunds: RefundsRepository,
    private readonly subjects: RefundSubjects,
    private readonly recipients: Recipients,
    private readonly idempotency: IdempotencyService,
    private readonly announcements: RefundAnnouncements,
  ) {}

  /**
   * Asks for a refund; the sweeper pays it. Of several at the same time each waits for the one before.
   * @param key a second call with the same key and body returns the first answer
   * @throws RefundedPaymentNotFoundError also when it is another merchant's
   * @throws RefundTooLargeError, RecipientUnfitError, NoRefundsHereError, IdempotencyKeyReusedError
   */
  async create(
    merchantId: string,
    paymentId: string,
    dto: CreateRefundDto,
    key: string | undefined,
  ): Promise<IdempotentAnswer<RefundView>> {
    const { xpub, payoutPrivateKey, roles } = this.settings;
    if (xpub !== null && payoutPrivateKey === null && roles.includes('sweeper'))
      throw new NoRefundsHereError();
    const request = { method: 'POST', path: `/api/v1/payments/${paymentId}/refunds`, body: dto };
    return this.idempotency.run({ merchantId, key, request, status: 201 }, (manager) =>
      this.insert(manager, merchantId, paymentId, dto),
    );
  }

  /** The first asked for first. @throws RefundedPaymentNotFoundError */
  async list(merchantId: string, paymentId: string): Promise<RefundView[]> {
    const { manager } = this.dataSource;
    if (!(await this.subjects.exists(manager, merchantId, paymentId)))
      throw new RefundedPaymentNotFoundError(paymentId);
    const rows = await this.refunds.ofPayment(paymentId);
    return Promise.all(
      rows.map(async (row) => refundView(row, await this.refunds.hashOf(manager, row.outgoingId))),
    );
  }

  private async insert(
    manager: EntityManager,
    merchantId: string,
    paymentId: string,
    dto: CreateRefundDto,
  ): Promise<RefundView> {
    const subject = await this.subjects.lock(manager, merchantId, paymentId);
    if (!subject) throw new RefundedPaymentNotFoundError(paymentId);
    const { payment, tokenAddress } = subject;
    const to = dto.to.toLowerCase();
    const amount = BigInt(dto.amount);
    await this.requireRecipient(manager, to);
    const refunded = await this.refunds.refundedOf(manager, paymentId);
    if (refunded + amount > payment.amountConfirmed) {
      throw new RefundTooLargeError(amount, payment.amountConfirmed, refunded);
    }
    const id = uuidv7();
    await manager.insert(Refund, {
      id,
      paymentId,
      merchantId,
      chainId: payment.chainId,
      tokenAddress,
      to,
      amount,
      reason: dto.reason ?? null,
      depositAddress: payment.address,
      derivationIndex: payment.derivationIndex,
      state: 'created',
      isAfterConfirmation: subject.wasConfirmed,
    });
    return this.announcements.announce(manager, id);
  }

  /** By the transaction's own connection: to wait for a second one while holding one may be to wait without end. */
  private async requireRecipient(manager: EntityManager, to: string): Promise<void> {
    const unfit = await this.recipients.unfit(manager, to, 'customer');
    if (unfit !== null) throw new RecipientUnfitError(unfit);
  }
}
