import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { type EntityManager } from 'typeorm';
import { IdempotencyService } from '../http/idempotency.js';
import { DomainError, orRefusal } from '../http/problem.js';
import { type CreateRefundDto } from './dto/create-refund.dto.js';
import { RefundOutlook } from './refund-outlook.js';
import { RefundRequests } from './refund-requests.js';
import { NoRefundsHereError } from './refund.errors.js';
import { type RefundView } from './refund.view.js';

/** Who asks for a refund, and of what. */
export interface RefundCall {
  /** Whose key it is. */
  merchantId: string;
  /** Of the payment, or the deposit. */
  id: string;
  dto: CreateRefundDto;
  /** A second call with the same key and body returns the first answer. */
  key: string | undefined;
}

/** Takes refunds in; the sweeping process pays them. Of several at the same time each waits for the one before. */
@Injectable()
export class RefundsService {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly outlook: RefundOutlook,
    private readonly requests: RefundRequests,
    private readonly idempotency: IdempotencyService,
  ) {}

  /**
   * Of what counts towards a payment.
   * @throws RefundedPaymentNotFoundError also when it is another merchant's, and it is not the operator who forces it
   * @throws RefundTooLargeError, RefundTooSmallError, RefundLimitReachedError, RefundTooDearError, RecipientUnfitError,
   * RefundAssetError, RefundChainGoneError, NoRefundsHereError, IdempotencyKeyReusedError
   */
  ofPayment(call: RefundCall): Promise<RefundView> {
    const { id } = call;
    return this.once(call, `/api/v1/payments/${id}/refunds`, async (request) => {
      const roughCost = await this.outlook.ofPayment(request.merchantId, id, request.dto);
      return (manager) => this.requests.ofPayment(manager, { ...request, roughCost });
    });
  }

  /**
   * Of one deposit, whether it counts or not.
   * @throws RefundedDepositNotFoundError, DepositNotRefundableError, NodesSilentError, and as `ofPayment`
   */
  ofDeposit(call: RefundCall): Promise<RefundView> {
    const { id } = call;
    return this.once(call, `/api/v1/deposits/${id}/refunds`, async (request) => {
      const { roughCost, isFinal } = await this.outlook.ofDeposit(request.merchantId, id);
      return (manager) => this.requests.ofDeposit(manager, { ...request, roughCost }, isFinal);
    });
  }

  /** @param prepare what is asked of nodes, before the transaction; gives what runs inside it */
  private async once(
    { merchantId, id, dto, key }: RefundCall,
    path: string,
    prepare: (
      request: Omit<Parameters<RefundRequests['ofPayment']>[1], 'roughCost'>,
    ) => Promise<(manager: EntityManager) => Promise<RefundView>>,
  ): Promise<RefundView> {
    const isForced = dto.force === true;
    const prepared = await orRefusal(
      this.mayPay(() => prepare({ merchantId: isForced ? null : merchantId, id, dto, isForced })),
    );
    // A first answer is given again, whatever has changed since: whoever did not hear it would ask for another refund.
    const work = (manager: EntityManager): Promise<RefundView> => {
      if (prepared instanceof DomainError) throw prepared;
      return prepared(manager);
    };
    const request = { method: 'POST', path, body: dto };
    return (await this.idempotency.run({ merchantId, key, request, row: id, status: 201 }, work)).body;
  }

  private async mayPay<T>(prepare: () => Promise<T>): Promise<T> {
    const { xpub, payoutPrivateKey, roles } = this.settings;
    if (xpub !== null && payoutPrivateKey === null && roles.includes('sweeper'))
      throw new NoRefundsHereError();
    return prepare();
  }
}
