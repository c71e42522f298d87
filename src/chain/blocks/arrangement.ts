import { type BlockBody, type Outcome, type RawReceipt } from './raw-block.js';
import { type TxHash } from '../../ids/ids.js';

export type Receipt = RawReceipt;

/** A block's receipts by its transactions. */
export interface Arranged {
  /** One for each transaction, in their order; null: none was given. */
  receipts: (Receipt | null)[];
  /** What was passed over, in words. */
  remarks: string[];
  /** That one says it is of another block, in words: a reorg came in between, or the node does not know; null: none does. */
  foreign: string | null;
}

/**
 * Gives each transaction of a block its receipt, by its hash: some nodes list one more, or the same one twice, or in
 * another order. Of several, the one that succeeded counts (Hedera lists each attempt; only one can succeed), else the
 * one that stands at the transaction's place.
 */
export function arrange(block: BlockBody, given: readonly Receipt[]): Arranged {
  const byHash = new Map<TxHash, Receipt[]>();
  let foreign: string | null = null;
  given.forEach((receipt, index) => {
    if (receipt.blockHash !== block.hash) foreign ??= `receipt ${index} is of block ${receipt.blockHash}`;
    const hash = receipt.transactionHash;
    byHash.set(hash, [...(byHash.get(hash) ?? []), receipt]);
  });
  const receipts = block.transactions.map(({ hash }) => theOneOf(byHash.get(hash) ?? []));
  const own = new Set(block.transactions.map(({ hash }) => hash));
  const stray = [...byHash.keys()].filter((hash) => !own.has(hash));
  const copied = [...byHash].filter(([hash, several]) => own.has(hash) && several.length > 1);
  return {
    receipts,
    remarks: [
      ...stray.map((hash) => `a receipt of ${hash}, which is none of its transactions, was passed over`),
      ...copied.map(([hash, several]) => `${several.length} receipts of ${hash} came, one was taken`),
    ],
    foreign,
  };
}

function theOneOf(several: readonly Receipt[]): Receipt | null {
  return several.find(({ status }) => status === 1) ?? several[0] ?? null;
}

/**
 * Whether a transaction did what it was to do. Before Byzantium receipts have no status, and a transaction that failed
 * has used all of its gas (yellow paper, section 6.2); one that only pays cannot fail.
 * @param gas what it was allowed
 */
export function hasSucceeded({ status, root, gasUsed, logs }: Outcome, gas: bigint): boolean {
  if (status !== undefined) return status === 1;
  // What failed has logged nothing.
  if (logs.length > 0) return true;
  if (root === undefined || gasUsed === undefined) return false;
  return gasUsed < gas || gasUsed === 21_000n;
}

/** Whether a receipt says what became of its transaction, or leaves it open. */
export function saysOutcome({ status, root, logs }: Pick<Outcome, 'status' | 'root' | 'logs'>): boolean {
  return status !== undefined || root !== undefined || logs.length > 0;
}
