import { type Asset, type ChainId } from '../ids/ids.js';
import { type RefundFact } from './given-back.js';
import { type AssetPlace } from './named-assets.js';
import { type NamedAsset } from './named-asset.js';
import { Parts } from './parts.js';
import { type PaymentRecord } from './payment-records.js';
import { holdingsOf } from './tally.js';

/** What a payment has in one of its assets. Amounts in base units of it. */
export interface PaymentMoney extends AssetPlace {
  chain: string;
  asset: NamedAsset;
  /** The whole payment in this asset. */
  asked: bigint;
  received: bigint;
  /** The part of it that is final. */
  confirmed: bigint;
  /** Null: by the chain's own finality. */
  requiredConfirmations: number | null;
  refunds: RefundFact[];
}

/** An asset as a merchant names it; what is left out is not asked about. */
export interface AssetChoice {
  /** By name. */
  chain?: string;
  /** Null: the chain's native asset. */
  tokenId?: string | null;
}

/** In each asset that it may be paid in. */
export function moneyOf({
  options,
  assets,
  refunds,
}: Omit<PaymentRecord, 'payment' | 'credits'>): PaymentMoney[] {
  return options.map((option, index) => {
    const asset = assets[index] as NamedAsset;
    return {
      chain: option.chain,
      chainId: option.chainId,
      tokenAddress: asset.address,
      asset,
      asked: option.amount,
      received: option.amountReceived,
      confirmed: option.amountConfirmed,
      requiredConfirmations: option.requiredConfirmations,
      refunds: refunds.filter((refund) => (refund.option ?? 0) === index),
    };
  });
}

/** Whether what came, each sum as it counts, less what went back before a sale was made, is all that is due. */
export function isCovered({ payment, options, credits, refunds }: PaymentRecord): boolean {
  const parts = new Parts(holdingsOf(options, credits, refunds));
  return parts.due(payment.underpaymentToleranceBps) === 0n;
}

/** Null: it cannot be paid in that asset. */
export function moneyIn(
  record: Omit<PaymentRecord, 'payment' | 'credits'>,
  place: { chainId: ChainId; tokenAddress: Asset },
): PaymentMoney | null {
  const found = moneyOf(record).find(
    ({ chainId, tokenAddress }) => chainId === place.chainId && tokenAddress === place.tokenAddress,
  );
  return found ?? null;
}

/**
 * The asset that a merchant means: that which it names, else the only one that money came in; while none has, the one that
 * the payment shows.
 * @throws UnknownAssetError, AmbiguousAssetError
 */
export function chosenMoney(record: PaymentRecord, { chain, tokenId }: AssetChoice): PaymentMoney {
  const all = moneyOf(record);
  const isNamed = chain !== undefined || tokenId !== undefined;
  const named = all.filter(
    (one) =>
      (chain === undefined || one.chain === chain) && (tokenId === undefined || one.asset.id === tokenId),
  );
  if (named.length === 0) throw new UnknownAssetError(all);
  const received = named.filter((one) => one.received > 0n);
  const [only] = received.length > 0 ? received : named;
  if (received.length > 1) throw new AmbiguousAssetError(received);
  if (received.length === 1 || isNamed) return only as PaymentMoney;
  const { chainId, tokenId: shown } = record.payment;
  return all.find((one) => one.chainId === chainId && one.asset.id === shown) as PaymentMoney;
}

/** Which asset was meant is not one that the payment may be paid in. */
export class UnknownAssetError extends Error {
  constructor(offered: readonly PaymentMoney[]) {
    super(`the payment may be paid in ${inWords(offered)} alone; name one of them by chain and token_id`);
  }
}

/** Which of several assets was meant is not said. */
export class AmbiguousAssetError extends Error {
  constructor(received: readonly PaymentMoney[]) {
    super(`the payment received ${inWords(received)}: say by chain and token_id which of them goes back`);
  }
}

function inWords(money: readonly PaymentMoney[]): string {
  return money
    .map(({ chain, asset }) => `${asset.symbol} on ${chain} (token_id ${asset.id ?? 'null'})`)
    .join(', ');
}
