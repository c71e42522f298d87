import { confirmationsOf, requiredConfirmations } from '../chain/confirmations.js';
import { type ChainConfig } from '../config/chains.js';
import { type NamedAsset } from './named-asset.js';
import { type PaymentOption } from './payment-option.entity.js';
import { type Payment, type UnavailableOption } from './payment.entity.js';
import { type LockedRate } from './quote/locked-rate.js';
import { type Price } from './quote/price.js';

/** One asset that a payment is asked for in. */
export interface AskedOption {
  chain: ChainConfig;
  asset: NamedAsset;
  /** In base units. */
  amount: bigint;
  /** Null: there is no price. */
  rate: LockedRate | null;
}

/** What a merchant asks for, checked and priced: what is left is an address, and time. */
export interface Asked {
  /** Null: an amount of the one option. */
  price: Price | null;
  /** At least one. */
  options: readonly AskedOption[];
  unavailable: UnavailableOption[];
  /** Where its page leads back to. */
  urls: { successUrl: string | null; cancelUrl: string | null };
}

type OptionFields = Pick<PaymentOption, 'chainId' | 'chain' | 'tokenId' | 'amount' | 'requiredConfirmations'>;

/** What an option, and the payment that shows it as its own, has of what was asked. */
export function askedFields({ chain, asset, amount }: AskedOption): OptionFields {
  return {
    chainId: chain.chainId,
    chain: chain.name,
    tokenId: asset.id,
    amount,
    requiredConfirmations: requiredConfirmations(confirmationsOf(chain, asset.address), amount),
  };
}

/** Before anything has come of them. */
export function optionsAsked(
  { id, expiresAt }: Payment,
  { options }: Pick<Asked, 'options'>,
): PaymentOption[] {
  return options.map((option, position) => ({
    paymentId: id,
    position,
    ...askedFields(option),
    rate: option.rate,
    expiresAt,
    amountReceived: 0n,
    amountConfirmed: 0n,
    confirmations: 0,
    detectedInBlock: null,
    recheckAtBlock: null,
    recheckAtTime: expiresAt,
    sweep: null,
  }));
}
