import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ChainService } from '../chain/chain.service.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { type IdempotentAnswer, IdempotencyService } from '../http/idempotency.js';
import { DepositFunds } from '../payments/deposit-funds.js';
import { RefundSubjects, type RefundSubject } from '../payments/refund-subjects.js';
import { type CreateRefundDto } from './dto/create-refund.dto.js';
import { RefundAnnouncements } from './refund-announcements.js';
import { Refund } from './refund.entity.js';
import {
  NoRefundsHereError,
  RecipientIsOursError,
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
    private readonly funds: DepositFunds,
    private readonly chains: ChainService,
    private readonly idempotency: IdempotencyService,
    private readonly announcements: RefundAnnouncements,
  ) {}

  /**
   * Asks for a refund; the sweeper pays it. Of several at the same time each waits for the one before.
   * @param key a second call with the same key and body returns the first answer
   * @throws RefundedPaymentNotFoundError also when it is another merchant's
   * @throws RefundTooLargeError, RecipientIsOursError, NoRefundsHereError, IdempotencyKeyReusedError
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
    const answer = await this.idempotency.run({ merchantId, key, request, status: 201 }, (manager) =>
      this.insert(manager, merchantId, paymentId, dto),
    );
    this.announcements.committed();
    return answer;
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
    await this.requireStranger(manager, subject, to);
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
    });
    return this.announcements.announce(manager, id);
  }

  /** What goes to an address of ours would count as a payment, and a contract of a token gives nothing back. */
  private async requireStranger(
    manager: EntityManager,
    { payment }: RefundSubject,
    to: string,
  ): Promise<void> {
    if (await this.funds.isDepositAddress(manager, to)) throw new RecipientIsOursError('a deposit address');
    const tokens = await this.chains.tokensIn(manager, payment.chainId);
    if (tokens.some(({ address }) => address === to))
      throw new RecipientIsOursError('the contract of a token');
  }
}
