import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { NodesSilentError } from '../chain/nodes-silent.error.js';
import { Recipients } from '../outgoing/recipients.js';
import { givenBack } from '../payments/given-back.js';
import { moneyIn, type PaymentMoney } from '../payments/money-of.js';
import {
  type ArrivedAt,
  lotsOfRefund,
  type RefundSubject,
  RefundSubjects,
} from '../payments/refund-subjects.js';
import { type CreateRefundDto } from './dto/create-refund.dto.js';
import { RefundAnnouncements } from './refund-announcements.js';
import { RefundLimits } from './refund-limits.js';
import { RefundQueries } from './refund-queries.js';
import { Refund } from './refund.entity.js';
import {
  DepositNotRefundableError,
  RecipientUnfitError,
  RefundedDepositNotFoundError,
  RefundedPaymentNotFoundError,
  RefundTooDearError,
  RefundTooLargeError,
} from './refund.errors.js';
import { type RefundView } from './refund.view.js';
import { refundedMoney } from './refunded-money.js';
import { toAddress } from '../ids/ids.js';
import { databaseClock } from '../database/database-clock.js';

/** A refund that is asked for, with what was found out before the transaction. */
export interface RefundRequest {
  /** Null: the operator asks, of whichever merchant. */
  merchantId: string | null;
  /** The payment, or the deposit. */
  id: string;
  dto: CreateRefundDto;
  /** The operator has it paid whatever its gas costs. */
  isForced: boolean;
  /** What its gas will cost, roughly, in wei; null: no node says. It is looked at again where it is signed. */
  roughCost: bigint | null;
}

type Money = Pick<Refund, 'chainId' | 'tokenAddress' | 'depositId' | 'lots'> & {
  /** By the payment, or by a deposit that is no part of that. */
  received: bigint;
  isOfPayment: boolean;
};

/** Takes refunds in, inside the caller's transaction: every question is asked on its own connection. */
@Injectable()
export class RefundRequests {
  constructor(
    private readonly subjects: RefundSubjects,
    private readonly queries: RefundQueries,
    private readonly recipients: Recipients,
    private readonly limits: RefundLimits,
    private readonly announcements: RefundAnnouncements,
  ) {}

  /** Of what counts towards a payment. */
  async ofPayment(manager: EntityManager, request: RefundRequest): Promise<RefundView> {
    const subject = await this.subjects.lock(manager, request.merchantId, request.id);
    if (!subject) throw new RefundedPaymentNotFoundError(request.id);
    const money = refundedMoney(subject, request.dto);
    this.limits.requireServed(money);
    const amount = BigInt(request.dto.amount);
    requireLeft(money, amount);
    const { chainId, tokenAddress, received } = money;
    const lots = lotsOfRefund(subject, { chainId, tokenAddress, amount });
    const of = { chainId, tokenAddress, received, lots, depositId: null, isOfPayment: true };
    return this.insert(manager, request, subject, of);
  }

  /** @param isFinal by the depth that the chain asks for, as far as no node contradicts; or that none says */
  async ofDeposit(
    manager: EntityManager,
    request: RefundRequest,
    isFinal: boolean | NodesSilentError,
  ): Promise<RefundView> {
    const subject = await this.subjects.lockDeposit(manager, request.merchantId, request.id);
    if (!subject) throw new RefundedDepositNotFoundError(request.id);
    const { deposit } = subject;
    if (deposit.isAbsurd) throw new DepositNotRefundableError(deposit.id, 'it is no money at all');
    if (!deposit.isThere)
      throw new DepositNotRefundableError(deposit.id, 'a reorg took it away; wait until it is mined again');
    if (isFinal instanceof NodesSilentError) throw isFinal;
    if (!isFinal)
      throw new DepositNotRefundableError(deposit.id, 'it is not final yet; wait for its confirmations');
    const amount = BigInt(request.dto.amount);
    const returned = await this.queries.returnedOf(manager, deposit.id);
    if (returned + amount > deposit.amount) throw new RefundTooLargeError(amount, deposit.amount, returned);
    const money = deposit.counts ? moneyIn(subject, deposit) : null;
    if (money !== null) requireLeft(money, amount);
    const { chainId, tokenAddress } = deposit;
    const received = money?.received ?? deposit.amount;
    // Of what does not count nothing is taken: should it count later, it goes back as it counts then.
    const lots = money && lotsOfRefund(subject, { chainId, tokenAddress, amount }, deposit.factor);
    // No sale was made of what did not count: should it be accepted later, it brings what is left of it.
    const isOfSale = subject.wasConfirmed && deposit.counts;
    const of = { chainId, tokenAddress, received, lots, depositId: deposit.id, isOfPayment: money !== null };
    return this.insert(manager, request, { ...subject, wasConfirmed: isOfSale }, of);
  }

  private async insert(
    manager: EntityManager,
    { dto, isForced, roughCost }: RefundRequest,
    { payment, wasConfirmed }: RefundSubject,
    { chainId, tokenAddress, depositId, lots, received, isOfPayment }: Money,
  ): Promise<RefundView> {
    const { id: paymentId, merchantId } = payment;
    const to = toAddress(dto.to);
    const amount = BigInt(dto.amount);
    await this.requireThere(manager, { paymentId, chainId, tokenAddress, amount });
    const unfit = await this.recipients.unfit(manager, to, 'customer', chainId);
    if (unfit !== null) throw new RecipientUnfitError(unfit);
    await this.limits.requireWithin(
      manager,
      { merchantId, chainId, tokenAddress, amount },
      databaseClock.now(),
    );
    if (!isForced && roughCost !== null) {
      const whose = { paymentId, depositId: isOfPayment ? null : depositId, refundId: null };
      const most = await this.limits.mostFee(manager, { ...whose, chainId, tokenAddress, received });
      if (most !== null && roughCost > most) throw new RefundTooDearError(this.limits.tooDear);
    }
    const id = uuidv7();
    await manager.insert(Refund, {
      id,
      paymentId,
      depositId,
      merchantId,
      chainId,
      tokenAddress,
      to,
      amount,
      lots,
      reason: dto.reason ?? null,
      depositAddress: payment.address,
      derivationIndex: payment.derivationIndex,
      state: 'created',
      isAfterConfirmation: wasConfirmed,
      isForced,
    });
    return this.announcements.announce(manager, id);
  }

  /**
   * All refunds of an asset together, of the payment and of its deposits, are of no more than came: what counted when it
   * went back may be mined again as a deposit that does not. @throws RefundTooLargeError
   */
  private async requireThere(manager: EntityManager, money: ArrivedAt & { amount: bigint }): Promise<void> {
    const { there } = await this.subjects.arrived(manager, money);
    const asked = await this.queries.givenBackOf(manager, money);
    if (asked + money.amount > there) throw new RefundTooLargeError(money.amount, there, asked);
  }
}

/** Of what counts in one asset, no more than is final and not given back yet. */
function requireLeft({ confirmed, refunds }: PaymentMoney, amount: bigint): void {
  const { refunded, promised } = givenBack(refunds);
  if (refunded + promised + amount > confirmed) {
    throw new RefundTooLargeError(amount, confirmed, refunded + promised);
  }
}
