import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Merchant } from '../auth/merchant.entity.js';
import { Token } from '../chain/tokens/token.entity.js';
import { amountColumn, integerColumn } from '../database/column-types.js';
import { type PaymentException, type PaymentStatus } from './lifecycle.js';
import { type Address, type ChainId } from '../ids/ids.js';

/** Amounts are decimal strings in base units: `amount` of the payment's asset, `fee` of the chain's native one. */
export interface PaymentSweep {
  tx_hash: string;
  amount: string;
  fee: string;
}

/** For rows of processes that know of no pages yet; ours bring their own. */
const RANDOM_TOKEN = `encode(substr(sha256((uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))), 1, 16), 'hex')`;

/** An asset in which a payment could not be offered when it was made, and why. */
export interface UnavailableOption {
  chain: string;
  /** Null: the chain's native asset. */
  token_id: string | null;
  reason: string;
}

/** What a payment link asked, as it was asked, and the visitor's answer. */
export interface LinkAnswer {
  label: string;
  value: string;
}

/**
 * A request for money: one deposit address, one amount due, in one asset or in any of several (`PaymentOption`). The
 * columns that speak of one asset are those of the option that has received most by value; while none has, of the one
 * that the payer chose, else of the first. Its moves are made in `lifecycle.ts` only.
 */
@Entity('payments')
@Check(
  'payments_status_check',
  `status IN ('pending','partially_paid','detected','confirmed','settled','expired','failed','cancelled')`,
)
@Check('payments_exception_check', `exception IN ('underpaid','overpaid','late')`)
@Check('payments_amount_check', 'amount > 0')
@Check('payments_tolerance_check', 'underpayment_tolerance_bps BETWEEN 0 AND 1000')
@Check(
  'payments_price_check',
  `(price_amount IS NULL) = (price_currency IS NULL) AND (price_amount IS NULL) = (price_decimals IS NULL)
         AND price_amount > 0`,
)
@Index('payments_merchant_idx', ['merchantId', 'id'])
@Index('payments_merchant_status_idx', ['merchantId', 'status', 'id'])
@Index('payments_merchant_reference_idx', ['merchantId', 'reference', 'id'], {
  where: 'reference IS NOT NULL',
})
@Index('payments_merchant_chain_idx', ['merchantId', 'chain', 'id'])
@Index('payments_merchant_native_idx', ['merchantId', 'chainId', 'id'], { where: 'token_id IS NULL' })
@Index('payments_merchant_token_idx', ['merchantId', 'tokenId', 'id'], { where: 'token_id IS NOT NULL' })
@Index('payments_merchant_currency_idx', ['merchantId', 'priceCurrency', 'id'], {
  where: 'price_currency IS NOT NULL',
})
@Index('payments_merchant_price_idx', ['merchantId', 'priceCurrency', 'priceAmount', 'id'], {
  where: 'price_currency IS NOT NULL',
})
@Index('payments_link_idx', ['linkId', 'id'], { where: 'link_id IS NOT NULL' })
@Index('payments_link_taken_idx', ['linkId', 'status', 'exception'], {
  where: `link_id IS NOT NULL AND status NOT IN ('expired','cancelled')`,
})
@Index('payments_open_idx', ['chainId', 'status', 'createdAt'], {
  where: `status IN ('pending','partially_paid','detected')`,
})
export class Payment {
  /** UUIDv7: sorts by creation. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'payments_pkey' })
  id: string;

  @ForeignKey(() => Merchant, { name: 'payments_merchant_fkey' })
  @Column('uuid', { name: 'merchant_id' })
  merchantId: string;

  @Column({ ...integerColumn, name: 'chain_id' })
  chainId: ChainId;

  /** The chain's name in chains.yaml when the payment was made. */
  @Column('varchar', { length: 20 })
  chain: string;

  /** Null: the chain's native asset. */
  @ForeignKey(() => Token, { name: 'payments_token_fkey' })
  @Column('uuid', { name: 'token_id', nullable: true })
  tokenId: string | null;

  /** Lower-case hex with 0x. Never shared by two payments. */
  @Index('payments_address_key', { unique: true })
  @Column('varchar', { length: 42 })
  address: Address;

  @Column('varchar', { name: 'deposit_scheme', length: 16 })
  depositScheme: string;

  /** What the scheme needs to find the address again, beyond the index. */
  @Column('jsonb', { name: 'deposit_parameters', nullable: true })
  depositParameters: Record<string, unknown> | null;

  /** The last element of the BIP-44 path. Comes from a Postgres sequence and is never used again. */
  @Index('payments_derivation_index_key', { unique: true })
  @Column({ ...integerColumn, name: 'derivation_index' })
  derivationIndex: number;

  /** Due, in base units. */
  @Column(amountColumn)
  amount: bigint;

  /** What it costs, in units of 10^-priceDecimals; null: it was asked for in an asset, and has no price. */
  @Column({ ...amountColumn, name: 'price_amount', nullable: true })
  priceAmount: bigint | null;

  /** ISO 4217, or the symbol of an asset of `priceChain`. */
  @Column('varchar', { name: 'price_currency', length: 32, nullable: true })
  priceCurrency: string | null;

  @Column('smallint', { name: 'price_decimals', nullable: true })
  priceDecimals: number | null;

  /** By name, where the currency is an asset of a chain. */
  @Column('varchar', { name: 'price_chain', length: 20, nullable: true })
  priceChain: string | null;

  @Column('jsonb', { nullable: true })
  unavailable: UnavailableOption[] | null;

  /** Position of the option that the payer chose; null: none yet. */
  @Column('smallint', { name: 'chosen_option', nullable: true })
  chosenOption: number | null;

  /** How much less than the amount is enough, in basis points: the merchant's when the payment was made. */
  @Column('smallint', { name: 'underpayment_tolerance_bps', default: 0 })
  underpaymentToleranceBps: number;

  /** Sum of the counted transfers on the canonical chain, in base units. */
  @Column({ ...amountColumn, name: 'amount_received', default: 0 })
  amountReceived: bigint;

  /** The part of `amountReceived` that is deep enough to be final. */
  @Column({ ...amountColumn, name: 'amount_confirmed', default: 0 })
  amountConfirmed: bigint;

  @Column('varchar', { length: 16, default: 'pending' })
  status: PaymentStatus;

  @Column('varchar', { length: 16, nullable: true })
  exception: PaymentException | null;

  /** Depth of the transfer that completed the due amount, in blocks, when last evaluated. */
  @Column('integer', { default: 0 })
  confirmations: number;

  /** Null: final when the node's `finalized` block has reached it. */
  @Column('integer', { name: 'required_confirmations', nullable: true })
  requiredConfirmations: number | null;

  /** Block of the transfer that completed the due amount. */
  @Column({ ...integerColumn, name: 'detected_in_block', nullable: true })
  detectedInBlock: number | null;

  /** What its pay page is found by: random, and told only to its merchant. */
  @Index('payments_page_token_key', { unique: true })
  @Column('varchar', { name: 'page_token', length: 32, default: () => RANDOM_TOKEN })
  pageToken: string;

  /** Where the page leads when it is paid; of an origin that its merchant allowed. */
  @Column('varchar', { name: 'success_url', length: 2048, nullable: true })
  successUrl: string | null;

  /** Where the page leads who does not want to pay. */
  @Column('varchar', { name: 'cancel_url', length: 2048, nullable: true })
  cancelUrl: string | null;

  /** The payment link that it was made by; links stay, so that no key is needed. */
  @Column('uuid', { name: 'link_id', nullable: true })
  linkId: string | null;

  /** What the link asked its visitor, and what they wrote. */
  @Column('jsonb', { name: 'link_answers', nullable: true })
  linkAnswers: LinkAnswer[] | null;

  /** From where it was made by the link: a number too short to tell an address by (link-visits.ts). */
  @Column('integer', { name: 'link_site', nullable: true })
  linkSite: number | null;

  @Column('varchar', { length: 255, nullable: true })
  reference: string | null;

  @Column('jsonb', { nullable: true })
  metadata: Record<string, unknown> | null;

  /** Grows by one with every event; a consumer drops what is older than what it has. */
  @Column('integer', { default: 1 })
  version: number;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'detected_at', nullable: true })
  detectedAt: Date | null;

  @Column('timestamptz', { name: 'confirmed_at', nullable: true })
  confirmedAt: Date | null;

  @Column('timestamptz', { name: 'settled_at', nullable: true })
  settledAt: Date | null;

  /** When its merchant cancelled it, whether or not money undid that. */
  @Column('timestamptz', { name: 'cancelled_at', nullable: true })
  cancelledAt: Date | null;

  /** When it last was found to have failed, whether or not money undid that. */
  @Column('timestamptz', { name: 'failed_at', nullable: true })
  failedAt: Date | null;
}
