import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, type QueryDeepPartialEntity } from 'typeorm';
import { inTurn } from '../http/in-turn.js';
import { EventCatalogue } from '../events/event-catalogue.js';
import { Outbox } from '../events/outbox.js';
import { type UpdatePaymentDto } from './dto/update-payment.dto.js';
import { cancel, isCancellable, type PaymentEventType } from './lifecycle.js';
import { holdPayments } from './hold-payments.js';
import { lookNextAt } from './next-step.js';
import { PaymentMetrics } from './payment-metrics.js';
import { type PaymentRecord, PaymentRecords, shownAsset } from './payment-records.js';
import { PaymentOption } from './payment-option.entity.js';
import { Payment } from './payment.entity.js';
import {
  ExpiryInPastError,
  PaymentNotCancellableError,
  PaymentNotExtendableError,
  PaymentNotFoundError,
} from './payment.errors.js';
import { paymentView, type PaymentView } from './payment.view.js';
import { databaseClock } from '../database/database-clock.js';

const MAX_EXPIRY_MS = 30 * 86_400_000;

/** What a merchant does to a payment that is there: under the lock of its row, with its event in the same transaction. */
@Injectable()
export class PaymentChanges {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly records: PaymentRecords,
    private readonly catalogue: EventCatalogue,
    private readonly outbox: Outbox,
    private readonly metrics: PaymentMetrics,
  ) {}

  /**
   * Ends a payment for which nothing has arrived. A second time changes nothing.
   * @throws PaymentNotFoundError also when it is another merchant's
   * @throws PaymentNotCancellableError once money has arrived, or when it has ended otherwise
   */
  cancel(merchantId: string, id: string): Promise<PaymentView> {
    return this.change(merchantId, id, async (manager, record) => {
      const { payment } = record;
      if (payment.status === 'cancelled') return paymentView(record);
      if (!isCancellable(payment)) throw new PaymentNotCancellableError(id, payment.status);
      const now = databaseClock.now();
      const { status, cancelledAt, version } = cancel(payment, now).payment;
      await manager.update(PaymentOption, { paymentId: id }, { recheckAtBlock: null });
      await lookNextAt(manager, id, null);
      const changes = { status, cancelledAt, version };
      return this.save(manager, record, changes, 'payment.cancelled', now);
    });
  }

  /**
   * What is left out stays; where nothing differs nothing is written.
   * @throws PaymentNotFoundError, ExpiryInPastError, PaymentNotExtendableError
   */
  update(merchantId: string, id: string, dto: UpdatePaymentDto): Promise<PaymentView> {
    return this.change(merchantId, id, async (manager, record) => {
      const now = databaseClock.now();
      const changes = { ...textsOf(dto), ...expiryOf(dto, record.payment, now) };
      const differs = Object.entries(changes).some(
        ([name, value]) => !isDeepStrictEqual(value, record.payment[name as keyof Payment]),
      );
      if (!differs) return paymentView(record);
      const { expiresAt } = changes;
      if (expiresAt !== undefined) await endOptionsAt(manager, id, expiresAt);
      return this.save(
        manager,
        record,
        { ...changes, version: record.payment.version + 1 },
        'payment.updated',
        now,
      );
    });
  }

  /**
   * What the customer means to pay with, which the payment shows as its own until money says otherwise. Nothing is
   * written where there is nothing to choose, or no more money is waited for.
   * @param position of the option; one that is not there changes nothing
   * @throws PaymentNotFoundError
   */
  choose(merchantId: string, id: string, position: number): Promise<PaymentView> {
    return this.change(merchantId, id, async (manager, record) => {
      const { payment, options } = record;
      const chosen = options[position];
      const isNew = chosen !== undefined && payment.chosenOption !== position && options.length > 1;
      if (!isNew || !waitsForMoney(payment)) return paymentView(record);
      const shown = payment.status === 'pending' ? shownOf(chosen) : {};
      const changes = { ...shown, chosenOption: position, version: payment.version + 1 };
      return this.save(manager, record, changes, 'payment.updated', databaseClock.now());
    });
  }

  /**
   * Ends its time at a moment that may be over already, which merchants cannot: for the dev chain.
   * @throws PaymentNotFoundError, PaymentNotExtendableError
   */
  endAt(merchantId: string, id: string, expiresAt: Date): Promise<PaymentView> {
    return this.change(merchantId, id, async (manager, record) => {
      const { status, version } = record.payment;
      if (!waitsForMoney(record.payment)) throw new PaymentNotExtendableError(id, status);
      await endOptionsAt(manager, id, expiresAt);
      const changes = { expiresAt, version: version + 1 };
      return this.save(manager, record, changes, 'payment.updated', databaseClock.now());
    });
  }

  private change(
    merchantId: string,
    id: string,
    work: (manager: EntityManager, record: PaymentRecord) => Promise<PaymentView>,
  ): Promise<PaymentView> {
    return inTurn(this.dataSource, id, async (manager) => {
      await holdPayments(manager, [id]);
      const payment = await manager.findOneBy(Payment, { id, merchantId });
      const [record] = payment ? await this.records.of(manager, [payment]) : [];
      if (!record) throw new PaymentNotFoundError(id);
      return work(manager, record);
    });
  }

  private async save(
    manager: EntityManager,
    record: PaymentRecord,
    changes: Partial<Payment>,
    type: PaymentEventType,
    now: Date,
  ): Promise<PaymentView> {
    const { id, merchantId, version } = record.payment;
    await manager.update(Payment, { id, version }, changes as QueryDeepPartialEntity<Payment>);
    const payment = { ...record.payment, ...changes };
    const view = paymentView({ ...record, payment });
    const event = this.catalogue.compose(type, { payment: view }, now);
    await this.outbox.append(manager, [{ ...event, merchantId, paymentId: id }]);
    this.metrics.moved(manager, [{ type, payment, asset: shownAsset({ ...record, payment }), paidAt: null }]);
    return view;
  }
}

async function endOptionsAt(manager: EntityManager, paymentId: string, expiresAt: Date): Promise<void> {
  await manager.update(PaymentOption, { paymentId }, { expiresAt });
  await lookNextAt(manager, paymentId, expiresAt);
}

/** What a payment for which nothing came shows of one of its options. */
function shownOf({
  chainId,
  chain,
  tokenId,
  amount,
  requiredConfirmations,
}: PaymentOption): Partial<Payment> {
  return { chainId, chain, tokenId, amount, requiredConfirmations };
}

function textsOf({ reference, metadata }: UpdatePaymentDto): Partial<Payment> {
  return {
    ...(reference === undefined ? {} : { reference }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** The next look at it comes no later than its new end, and the scanner decides by the chain's time as ever. */
function expiryOf({ expires_at: given }: UpdatePaymentDto, payment: Payment, now: Date): Partial<Payment> {
  if (given === undefined) return {};
  const expiresAt = new Date(given);
  if (expiresAt.getTime() === payment.expiresAt.getTime()) return {};
  if (!waitsForMoney(payment)) throw new PaymentNotExtendableError(payment.id, payment.status);
  const inMs = expiresAt.getTime() - now.getTime();
  if (inMs <= 0 || inMs > MAX_EXPIRY_MS) throw new ExpiryInPastError();
  return { expiresAt };
}

function waitsForMoney({ status }: Payment): boolean {
  return status === 'pending' || status === 'partially_paid';
}
