import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { Token } from '../chain/tokens/token.entity.js';
import { requireOneMoment } from '../database/one-moment.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { type Asset, type ChainId } from '../ids/ids.js';
import { countedMoney, fractionOf, NOTHING } from './counted-money.js';
import { type RefundFact } from './given-back.js';
import { type NamedAsset } from './named-asset.js';
import { NamedAssets } from './named-assets.js';
import { PaymentOption } from './payment-option.entity.js';
import { payUrl } from './pay-page.js';
import { type Payment } from './payment.entity.js';
import { type Fraction } from './parts.js';
import { type Credit } from './payment-state.js';
import { refundsOfCounted } from './refund-facts.js';
import { type Transfer } from './transfer.entity.js';

/** A payment with all that its view, and its next move, need beside it. */
export interface PaymentRecord {
  payment: Payment;
  /** Where its page is; null: PUBLIC_URL is not set. */
  payUrl: string | null;
  /** In their order; at least one. */
  options: PaymentOption[];
  /** What each of the options is called. */
  assets: NamedAsset[];
  /** What counts towards it, where the canonical chains have it: of many transfers, each block's together. */
  credits: CountedCredit[];
  /** The newest of the transfers that count, in no order: `MOST_TRANSFERS` at most. */
  transfers: CountedTransfer[];
  /** How many count. */
  transferCount: number;
  /** Of what counts. */
  refunds: RefundFact[];
  /** Whether a chain is served here now; left out: all of its chains are. */
  isServed?: (chainId: ChainId) => boolean;
}

/** Money of one of the payment's options, as the lifecycle takes it. @property option its index */
export type CountedCredit = Credit & { option: number };
export type CountedTransfer = Transfer & { option: number; factor: Fraction | null; isSwept: boolean };

export interface NamedOption {
  option: PaymentOption;
  /** As its asset is called. */
  asset: NamedAsset;
}

/** Gathers what belongs to payments, as it stands in the caller's transaction. */
@Injectable()
export class PaymentRecords {
  constructor(
    private readonly assets: NamedAssets,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** In the order given. */
  async of(manager: EntityManager, payments: readonly Payment[]): Promise<PaymentRecord[]> {
    if (payments.length === 0) return [];
    requireOneMoment(manager, 'payments and what belongs to them');
    const ids = payments.map(({ id }) => id);
    const options = await this.optionsOf(manager, ids);
    const counted = await countedMoney(manager, ids);
    const refunds = await refundsOfCounted(manager, ids);
    return payments.map((payment) => {
      const own = options.get(payment.id) ?? [];
      const places = own.map(({ option, asset }) => ({
        chainId: option.chainId,
        tokenAddress: asset.address,
      }));
      const { newest, summed, count } = counted.get(payment.id) ?? NOTHING;
      const ofOptions = <T extends Place>(money: readonly T[]) =>
        money.map((one) => ({ ...one, option: indexOf(places, one) })).filter(({ option }) => option >= 0);
      const transfers = ofOptions(newest).map((one) => ({
        ...one,
        factor: fractionOf(one.valueFactor),
        isSwept: one.sweptAt !== null,
      }));
      return {
        payment,
        payUrl: payUrl(this.settings.publicUrl, payment.pageToken),
        options: own.map(({ option }) => option),
        assets: own.map(({ asset }) => asset),
        credits: summed === null ? transfers : ofOptions(summed),
        transfers,
        transferCount: count,
        refunds: ofOptions(refunds.filter(({ paymentId }) => paymentId === payment.id)),
        isServed: (chainId) => this.assets.chains.has(chainId),
      };
    });
  }

  /** The options of payments and what they are called, in their order, by payment. */
  async optionsOf(
    manager: EntityManager,
    paymentIds: readonly string[],
  ): Promise<Map<string, NamedOption[]>> {
    const options = await manager.find(PaymentOption, {
      where: { paymentId: In([...paymentIds]) },
      order: { paymentId: 'ASC', position: 'ASC' },
    });
    const tokenIds = [...new Set(options.map(({ tokenId }) => tokenId).filter((id) => id !== null))];
    const tokens = tokenIds.length > 0 ? await manager.findBy(Token, { id: In(tokenIds) }) : [];
    const byPayment = new Map<string, NamedOption[]>(paymentIds.map((id) => [id, []]));
    for (const option of options) {
      const asset = tokens.find(({ id }) => id === option.tokenId) ?? this.assets.native(option.chainId);
      byPayment.get(option.paymentId)?.push({ option, asset });
    }
    return byPayment;
  }
}

interface Place {
  chainId: ChainId;
  tokenAddress: Asset;
}

/** Of the option in whose asset something came or went; -1: of none. */
export function indexOf(options: readonly Place[], { chainId, tokenAddress }: Place): number {
  return options.findIndex((option) => option.chainId === chainId && option.tokenAddress === tokenAddress);
}

/** The same of a payment's record. */
export function optionOf(
  { options, assets }: Pick<PaymentRecord, 'options' | 'assets'>,
  place: Place,
): number {
  const places = options.map(({ chainId }, index) => ({
    chainId,
    tokenAddress: assets[index]?.address ?? null,
  }));
  return indexOf(places, place);
}

/** What the payment shows as its own asset. */
export function shownAsset({
  payment,
  options,
  assets,
}: Pick<PaymentRecord, 'payment' | 'options' | 'assets'>): NamedAsset {
  const shown = options.findIndex(
    ({ chainId, tokenId }) => chainId === payment.chainId && tokenId === payment.tokenId,
  );
  return assets[shown] as NamedAsset;
}
