import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { Token } from '../chain/tokens/token.entity.js';
import { doesCount } from './counting.js';
import { type RefundFact } from './given-back.js';
import { type NamedAsset } from './named-asset.js';
import { NamedAssets } from './named-assets.js';
import { type Payment } from './payment.entity.js';
import { refundsOfCounted } from './refund-facts.js';
import { Transfer } from './transfer.entity.js';

/** A payment with all that its view, and its next move, need beside it. */
export interface PaymentRecord {
  payment: Payment;
  /** What counts towards it, where the canonical chain has it. */
  credits: Transfer[];
  /** Of what counts. */
  refunds: RefundFact[];
  /** What it asks for. */
  asset: NamedAsset;
}

/** Gathers what belongs to payments, as it stands in the caller's transaction. */
@Injectable()
export class PaymentRecords {
  constructor(private readonly assets: NamedAssets) {}

  /** In the order given. */
  async of(manager: EntityManager, payments: readonly Payment[]): Promise<PaymentRecord[]> {
    if (payments.length === 0) return [];
    const ids = payments.map(({ id }) => id);
    const tokenIds = [...new Set(payments.map(({ tokenId }) => tokenId).filter((id) => id !== null))];
    const credits = await countedTransfers(manager, ids);
    const refunds = await refundsOfCounted(manager, ids);
    const tokens = tokenIds.length > 0 ? await manager.findBy(Token, { id: In(tokenIds) }) : [];
    return payments.map((payment) => ({
      payment,
      credits: credits.filter(({ paymentId }) => paymentId === payment.id),
      refunds: refunds.filter(({ paymentId }) => paymentId === payment.id),
      asset: tokens.find(({ id }) => id === payment.tokenId) ?? this.assets.native(payment.chainId),
    }));
  }
}

/** The transfers that make up what the payments have received, where the canonical chain has them now. */
export async function countedTransfers(
  manager: EntityManager,
  paymentIds: readonly string[],
): Promise<Transfer[]> {
  const included = await manager
    .createQueryBuilder(Transfer, 'transfer')
    .where('transfer.payment_id = ANY(:paymentIds)', { paymentIds })
    .andWhere(`transfer.state = 'included'`)
    .andWhere(`(transfer.uncounted_reason IS NULL OR transfer.resolution = 'accepted')`)
    .getMany();
  return included.filter(doesCount);
}
