import { type ChainConfig } from '../config/chains.js';
import { type RefundDeposit } from '../payments/refund-subjects.js';
import { atMost } from '../scanner/read-blocks.js';
import { type Agreed, finalUpTo } from '../scanner/scanned-chain.js';

/** What is final of a chain by now: a block that a reorg has taken since the round began is none of it. */
export function finalBy(known: Agreed, scannedNumber: number): Agreed {
  const agreedNumber = Math.min(known.agreedNumber, scannedNumber);
  return { agreedNumber, finalNumber: atMost(agreedNumber, known.finalNumber) };
}

/** The last block in which a deposit is final: by its chain's rule for as much, and its payment's where it counts; -1: none. */
export function depositFinalUpTo(
  chain: ChainConfig,
  agreed: Agreed,
  deposit: Pick<RefundDeposit, 'tokenAddress' | 'amount' | 'counts' | 'requiredConfirmations'>,
): number {
  const { counts, requiredConfirmations: required } = deposit;
  const byChain = finalUpTo(chain, agreed, deposit);
  if (!counts) return byChain;
  const byPayment = required === null ? (agreed.finalNumber ?? -1) : agreed.agreedNumber - required + 1;
  return Math.min(byPayment, byChain);
}
