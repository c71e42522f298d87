import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type ArrivedAt, type ArrivedMoney, arrivedMoney, type UpTo } from './arrived-money.js';
import { fractionOf } from './counted-money.js';
import { depositState, doesCount } from './counting.js';
import { type AssetPlace, NamedAssets } from './named-assets.js';
import { type NamedAsset } from './named-asset.js';
import { type PaymentStatus } from './lifecycle.js';
import { heldDeposit } from './held-deposit.js';
import { moneyIn } from './money-of.js';
import { type Fraction } from './parts.js';
import { type PaymentRecord, PaymentRecords } from './payment-records.js';
import { Payment } from './payment.entity.js';
import { paymentView, type PaymentView } from './payment.view.js';
import { holdPayments } from './hold-payments.js';
import { advanceInNextStep } from './next-step.js';
import { type BlockMoney, moneyAbove, moneyThere } from './shallow-money.js';
import { Transfer } from './transfer.entity.js';
import { type Asset, type ChainId } from '../ids/ids.js';

export { type ArrivedAt } from './arrived-money.js';
export { type PaymentRecord } from './payment-records.js';
export { lotsOfRefund, type StoredLot } from './refund-lots.js';
export { type BlockMoney } from './shallow-money.js';

/** A payment whose money may go back. */
export interface RefundSubject extends PaymentRecord {
  view: PaymentView;
  /** The sale was made: what goes back from now on leaves it as it is. */
  wasConfirmed: boolean;
}

/** One deposit that may go back, whether it counts or not. */
export interface RefundDeposit {
  id: string;
  chainId: ChainId;
  /** Lower-case; null: the chain's native asset. */
  tokenAddress: Asset;
  /** Base units. */
  amount: bigint;
  blockNumber: number;
  /** It is part of what its payment received. */
  counts: boolean;
  /** How it counts, or would; null: by what its option's amount says. */
  factor: Fraction | null;
  /** Where it counts, by which depth it is final; null: by the chain's own finality. */
  requiredConfirmations: number | null;
  /** The canonical chain has it. */
  isThere: boolean;
  /** A token claims to have moved more than there can be: no money at all. */
  isAbsurd: boolean;
}

/** A deposit with its payment, both held. */
export interface RefundDepositSubject extends RefundSubject {
  deposit: RefundDeposit;
}

/** One that failed is not among them: the sale was unmade, and what goes back from then on counts should it be paid again. */
const CONFIRMED: readonly PaymentStatus[] = ['confirmed', 'settled'];

/** Payments and deposits as refunds need them. */
@Injectable()
export class RefundSubjects {
  constructor(
    private readonly records: PaymentRecords,
    private readonly assets: NamedAssets,
  ) {}

  /**
   * Holds the payment until the transaction ends, so that of several refunds each sees those before it.
   * @param merchantId null: whose it is does not matter
   * @returns null when there is none, or it is another merchant's
   */
  async lock(manager: EntityManager, merchantId: string | null, id: string): Promise<RefundSubject | null> {
    await holdPayments(manager, [id]);
    const payment = await manager.findOneBy(Payment, { id, ...ofMerchant(merchantId) });
    const [record] = payment ? await this.records.of(manager, [payment]) : [];
    if (!record) return null;
    const wasConfirmed = CONFIRMED.includes(record.payment.status);
    return { ...record, view: paymentView(record), wasConfirmed };
  }

  /** As `lock`, of a deposit and its payment. */
  async lockDeposit(
    manager: EntityManager,
    merchantId: string | null,
    id: string,
  ): Promise<RefundDepositSubject | null> {
    const transfer = await heldDeposit(manager, { id, ...ofMerchant(merchantId) });
    const subject = transfer && (await this.lock(manager, merchantId, transfer.paymentId));
    return subject && { ...subject, deposit: depositOf(transfer, subject) };
  }

  /** A payment and what it received, without holding it. Null: there is none, or it is another merchant's. */
  async find(manager: EntityManager, merchantId: string | null, id: string): Promise<PaymentRecord | null> {
    const payment = await manager.findOneBy(Payment, { id, ...ofMerchant(merchantId) });
    const [record] = payment ? await this.records.of(manager, [payment]) : [];
    return record ?? null;
  }

  /** A deposit, without holding it. Null as in `find`. */
  async depositOf(
    manager: EntityManager,
    merchantId: string | null,
    id: string,
  ): Promise<RefundDeposit | null> {
    const transfer = await manager.findOneBy(Transfer, { id, ...ofMerchant(merchantId) });
    const record = transfer && (await this.find(manager, null, transfer.paymentId));
    return record && depositOf(transfer, record);
  }

  /** What the assets are called. @returns what finds one */
  assetsAt(
    manager: EntityManager,
    places: readonly AssetPlace[],
  ): Promise<(place: AssetPlace) => NamedAsset> {
    return this.assets.at(manager, places);
  }

  /** As `arrivedMoney`: what came in one asset, whether it counts or not. */
  arrived(
    manager: EntityManager,
    at: ArrivedAt,
    upTo: UpTo = { counted: -1, uncounted: -1 },
  ): Promise<ArrivedMoney> {
    return arrivedMoney(manager, at, upTo);
  }

  /** As `moneyAbove`: what came in one asset in the latest blocks. */
  moneyAbove(
    manager: EntityManager,
    at: AssetPlace,
    block: number,
    paymentIds: readonly string[] | null,
  ): Promise<Map<string, BlockMoney[]>> {
    return moneyAbove(manager, at, block, paymentIds);
  }

  /** As `moneyThere`: all that came to payments in one asset. */
  moneyThere(
    manager: EntityManager,
    at: AssetPlace,
    paymentIds: readonly string[],
  ): Promise<Map<string, bigint>> {
    return moneyThere(manager, at, paymentIds);
  }

  /** By chains.yaml; one that it no longer lists is called by its id. */
  chainName(chainId: ChainId): string {
    return this.assets.chains.get(chainId)?.name ?? `chain ${chainId}`;
  }

  /**
   * A refund of the payment changed, and is announced: what carries a smaller version is stale. Under the payment's lock.
   */
  async stepVersion(manager: EntityManager, id: string): Promise<void> {
    await manager.query('UPDATE payments SET version = version + 1 WHERE id = $1', [id]);
  }

  /** A refund of the payment changed: the scanner moves it in its next step, and not before. Under the payment's lock. */
  async advanceInNextStep(manager: EntityManager, id: string): Promise<void> {
    await advanceInNextStep(manager, id);
  }

  async exists(manager: EntityManager, merchantId: string, id: string): Promise<boolean> {
    return manager.existsBy(Payment, { id, merchantId });
  }

  async depositExists(manager: EntityManager, merchantId: string, id: string): Promise<boolean> {
    return manager.existsBy(Transfer, { id, merchantId });
  }
}

function ofMerchant(merchantId: string | null): { merchantId?: string } {
  return merchantId === null ? {} : { merchantId };
}

function depositOf(transfer: Transfer, record: PaymentRecord): RefundDeposit {
  const { id, chainId, tokenAddress, amount, blockNumber } = transfer;
  return {
    id,
    chainId,
    tokenAddress,
    amount,
    blockNumber,
    counts: doesCount(transfer),
    factor: fractionOf(transfer.valueFactor),
    requiredConfirmations: moneyIn(record, transfer)?.requiredConfirmations ?? null,
    isThere: depositState(transfer) !== 'orphaned',
    isAbsurd: transfer.uncountedReason === 'absurd_amount',
  };
}
