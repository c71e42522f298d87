import { type PageBrand } from './brand.js';

/** What a customer sees of a payment; amounts are decimal strings in whole units unless they say otherwise. */
export interface PageView {
  /** Of the page: its address is /pay/{token}. */
  token: string;
  paymentId: string;
  status: string;
  situation: Situation;
  /** Grows with everything that changes on the page. */
  version: number;
  /** Another one with each change; the page's module tells it the server, which then says only what is newer. */
  mark: string;
  merchant: string;
  brand: PageBrand;
  reference: string | null;
  /** "49.90 EUR"; null where an asset was asked for directly. */
  price: string | null;
  /** EIP-55; the same for every option. */
  address: string;
  options: readonly PageOption[];
  /** The id of the option shown first. */
  chosen: string;
  /** Of the asset that was paid in; null before any money. */
  received: { amount: string; text: string } | null;
  /** What arrived and does not count: on another chain, in another token. */
  elsewhere: readonly { amount: string; symbol: string; network: string }[];
  confirmations: { count: number; required: number | null } | null;
  transactions: readonly { hash: string; url: string | null }[];
  /** ISO 8601. */
  expiresAt: string;
  now: string;
  returnUrl: string | null;
  cancelUrl: string | null;
  receiptUrl: string | null;
  /** On the dev chain only: the page itself can pay. */
  canPayFromDevChain: boolean;
  embedOrigins: readonly string[];
  /** What came of looking a transaction up; null: none was. */
  checked: CheckResult | null;
}

/** What a customer is told of a transaction that they named. */
export const CHECK_RESULTS = [
  'counted',
  'coming',
  'elsewhere',
  'failed',
  'other_address',
  'unknown',
  'unreadable',
  'busy',
] as const;
export type CheckResult = (typeof CHECK_RESULTS)[number];

export type Situation =
  'waiting' | 'part_paid' | 'seen' | 'done' | 'too_much' | 'time_up' | 'elsewhere' | 'failed' | 'cancelled';

/** What wallet_addEthereumChain asks for (EIP-3085). */
export interface AddableChain {
  chainName: string;
  nativeCurrency: { name: string; symbol: string; decimals: number };
  rpcUrls: readonly string[];
  blockExplorerUrls?: readonly string[];
}

export interface PageOption {
  id: string;
  chainId: number;
  network: string;
  symbol: string;
  /** The token's contract; null: the chain's native asset. */
  token: string | null;
  /** What is still due, in whole units and in base units. */
  amountDue: string;
  amountDueUnits: string;
  /** EIP-681. */
  paymentUri: string;
  /** What a wallet needs to learn of the chain; null where the operator names no public node. */
  addable: AddableChain | null;
}

/** In which more money is expected. */
export function isPayable(situation: Situation): boolean {
  return situation === 'waiting' || situation === 'part_paid';
}
