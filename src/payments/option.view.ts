import { checksumAddress } from '../chain/checksum-address.js';
import { type Address } from '../ids/ids.js';
import { type Holding, sumOf } from './parts.js';
import { type PaymentRecord } from './payment-records.js';
import { type PaymentSweep } from './payment.entity.js';
import { paymentUri } from './payment-uri.js';
import { type LockedRate } from './quote/locked-rate.js';

/** One asset that a payment may be paid in, as merchants see it. Amounts are decimal strings in base units of it. */
export interface OptionView {
  chain: string;
  chain_id: number;
  /** Whether its chain is served here now: what is sent on one that is not is not seen, so do not offer it. */
  served: boolean;
  /** Null: the chain's native asset. */
  token_id: string | null;
  /** The token's contract, EIP-55; null: the chain's native asset. */
  token_address: string | null;
  symbol: string;
  decimals: number;
  /** Whether the customer chose it on the pay page. */
  chosen: boolean;
  /** The whole payment in this asset. */
  amount: string;
  /** What is still missing, in this asset alone. */
  amount_due: string;
  amount_received: string;
  amount_confirmed: string;
  /** What of it went back, and is final. */
  amount_refunded: string;
  /** What of it is to go back: asked for, or on its way. */
  amount_refund_pending: string;
  /** By which the amount was made of the price; null: the payment has no price. */
  rate: RateView | null;
  confirmations: number;
  /** Null: final when the chain's `finalized` block has reached it. */
  required_confirmations: number | null;
  /** EIP-681, over what is still missing. */
  payment_uri: string;
  /** What brought its money to the treasury; null until then, and where nothing came in it. */
  sweep: PaymentSweep | null;
}

export interface RateView {
  /** One whole unit of the asset in the price's currency. */
  value: string;
  sources: string[];
  /** Of the oldest price that it is made of; null: nothing had to be asked. */
  at: string | null;
}

export function optionView(
  { payment, options, assets, isServed }: Pick<PaymentRecord, 'payment' | 'options' | 'assets' | 'isServed'>,
  index: number,
  { back, pieces }: Holding,
  due: bigint,
): OptionView {
  const option = options[index] as PaymentRecord['options'][number];
  const asset = assets[index] as PaymentRecord['assets'][number];
  const asked: { address: Address; chainId: typeof option.chainId; amount: bigint } = {
    address: payment.address,
    chainId: option.chainId,
    amount: due > 0n ? due : option.amount,
  };
  return {
    chain: option.chain,
    chain_id: option.chainId,
    served: isServed?.(option.chainId) ?? true,
    token_id: option.tokenId,
    token_address: asset.address === null ? null : checksumAddress(asset.address),
    symbol: asset.symbol,
    decimals: asset.decimals,
    chosen: payment.chosenOption === option.position,
    amount: option.amount.toString(),
    amount_due: due.toString(),
    amount_received: option.amountReceived.toString(),
    amount_confirmed: option.amountConfirmed.toString(),
    amount_refunded: back.refunded.toString(),
    amount_refund_pending: back.promised.toString(),
    rate: option.rate && rateView(option.rate),
    confirmations: option.confirmations,
    required_confirmations: option.requiredConfirmations,
    payment_uri: paymentUri(asked, asset.address),
    sweep: sumOf(pieces) > 0n ? option.sweep : null,
  };
}

function rateView({ value, at, sources }: LockedRate): RateView {
  return { value, sources: [...new Set(sources.map(({ source }) => source))], at };
}
