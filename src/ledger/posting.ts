import { type Address, type Asset, type ChainId, type TxHash } from '../ids/ids.js';

/**
 * Where money can be. On chain, and compared with it: `deposit`, `gas_tank`, `payout` (by address) and `treasury` (what
 * we sent there). Their counterparts: `customer` (whose money it was), `fees` (gas, and what a token keeps for itself),
 * `external` (the operator's own money, as what fills the gas tank).
 */
export const LEDGER_ACCOUNTS = [
  'customer',
  'deposit',
  'gas_tank',
  'payout',
  'treasury',
  'fees',
  'external',
] as const;
export type LedgerAccount = (typeof LEDGER_ACCOUNTS)[number];

export const POSTING_KINDS = [
  'deposit',
  'sweep',
  'gas',
  'gas_return',
  'refund',
  'top_up',
  'opening',
  'deploy',
] as const;
export type PostingKind = (typeof POSTING_KINDS)[number];

/** One leg. Above 0: the account has more after it. */
export interface LedgerLeg {
  account: LedgerAccount;
  /** Whose balance it is part of, lower-case; null for accounts that are not on chain. */
  address: Address | null;
  /** The token's contract, lower-case; null: the native asset. */
  tokenAddress: Asset;
  /** Base units, never 0. */
  amount: bigint;
}

export interface LedgerBlock {
  number: number;
  hash: string;
  time: Date;
}

/** One movement of value, whole: its legs add up to 0 for each asset. */
export interface Posting {
  /** What was moved, once for each movement there can be: `transfer:<id>`, `outgoing:<id>`, … */
  subject: string;
  kind: PostingKind;
  chainId: ChainId;
  block: LedgerBlock;
  /** Null: unknown, or no transaction of its own. */
  txHash: TxHash | null;
  paymentId: string | null;
  legs: LedgerLeg[];
}

/** One side of a movement. */
export interface Side {
  account: LedgerAccount;
  address?: Address;
}

/** Both sides of a movement. @param amount base units; 0 moves nothing */
export function moved(from: Side, to: Side, tokenAddress: Asset, amount: bigint): LedgerLeg[] {
  return [
    { account: from.account, address: from.address ?? null, tokenAddress, amount: -amount },
    { account: to.account, address: to.address ?? null, tokenAddress, amount },
  ];
}

/** Legs of the same account, address and asset together, those of nothing left out. */
export function merged(legs: readonly LedgerLeg[]): LedgerLeg[] {
  const sums = new Map<string, LedgerLeg>();
  for (const leg of legs) {
    const key = `${leg.account} ${leg.address} ${leg.tokenAddress}`;
    const amount = leg.amount + (sums.get(key)?.amount ?? 0n);
    sums.set(key, { ...leg, amount });
  }
  return [...sums.values()].filter(({ amount }) => amount !== 0n);
}

export interface IncomingFacts {
  id: string;
  chainId: ChainId;
  block: LedgerBlock;
  txHash: TxHash | null;
  paymentId: string | null;
  /** Ours, lower-case. */
  to: Address;
  tokenAddress: Asset;
  amount: bigint;
}

/** Money that reached a deposit address, whether it counts towards the payment or not. */
export function depositPosting(facts: IncomingFacts): Posting {
  const { id, chainId, block, txHash, paymentId, to, tokenAddress, amount } = facts;
  const legs = moved({ account: 'customer' }, { account: 'deposit', address: to }, tokenAddress, amount);
  return {
    subject: `transfer:${id}`,
    kind: 'deposit',
    chainId,
    block,
    txHash,
    paymentId,
    legs: merged(legs),
  };
}

export type OutgoingKind = Extract<PostingKind, 'sweep' | 'gas' | 'gas_return' | 'refund' | 'deploy'>;

/** What a transaction of ours moved of one asset from one address. */
export interface OutgoingMovement {
  from: Side;
  to: Side;
  /** Null: the native asset. */
  tokenAddress: Asset;
  /** What left the address, base units, without the transaction's fee. */
  amount: bigint;
  /** What reached the recipient, base units: less where the token keeps a part. */
  received: bigint;
}

export interface OutgoingFacts {
  id: string;
  kind: OutgoingKind;
  chainId: ChainId;
  block: LedgerBlock;
  txHash: TxHash;
  paymentId: string | null;
  /** None where it reverted: then only its fee was paid. */
  movements: readonly OutgoingMovement[];
  /** Who sent the transaction. */
  feePaidBy: Side;
  /** Wei. */
  fee: bigint;
}

/**
 * Who gets what a transaction of ours moves.
 * @param recipient lower-case
 * @param paying the operator's addresses that were in the books by then: one of them may be sent gas too
 */
export function recipientSide(
  kind: OutgoingKind,
  recipient: Address,
  paying: ReadonlyMap<string, LedgerAccount>,
): Side {
  const own = paying.get(recipient);
  // Whatever it was meant to be, it is there: else that much could be taken from the account unseen.
  if (own !== undefined) return { account: own, address: recipient };
  if (kind === 'sweep') return { account: 'treasury', address: recipient };
  if (kind === 'refund') return { account: 'customer' };
  return { account: kind === 'gas' ? 'deposit' : 'gas_tank', address: recipient };
}

export function outgoingSubject(id: string): string {
  return `outgoing:${id}`;
}

/** A transaction of ours that was mined. */
export function outgoingPosting(facts: OutgoingFacts): Posting {
  const { id, kind, chainId, block, txHash, paymentId, movements, feePaidBy, fee } = facts;
  const legs = [...movements.flatMap(outgoingLegs), ...moved(feePaidBy, { account: 'fees' }, null, fee)];
  return { subject: outgoingSubject(id), kind, chainId, block, txHash, paymentId, legs: merged(legs) };
}

function outgoingLegs({ from, to, tokenAddress, amount, received }: OutgoingMovement): LedgerLeg[] {
  return [
    ...moved(from, to, tokenAddress, received),
    ...moved(from, { account: 'fees' }, tokenAddress, amount - received),
  ];
}
