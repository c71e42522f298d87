import { type ChainConfig } from '../config/chains.js';
import { type RefundDeposit } from '../payments/refund-subjects.js';
import { type ChainExtent, finalUpTo } from '../scanner/scanned-chain.js';

type Depth = Pick<ChainExtent, 'agreedNumber' | 'finalNumber'>;

/** What is final of a chain by now: a block that a reorg has taken since the round began is none of it. */
export function finalBy({ agreedNumber, finalNumber }: Depth, scannedNumber: number): Depth {
  const agreed = Math.min(agreedNumber, scannedNumber);
  return { agreedNumber: agreed, finalNumber: finalNumber === null ? null : Math.min(finalNumber, agreed) };
}

/** The last block in which a deposit is final: by its chain's rule for as much, and its payment's where it counts; -1: none. */
export function depositFinalUpTo(
  chain: ChainConfig,
  depth: Depth,
  deposit: Pick<RefundDeposit, 'tokenAddress' | 'amount' | 'counts' | 'requiredConfirmations'>,
): number {
  const { counts, requiredConfirmations: required } = deposit;
  const byChain = finalUpTo(chain, depth, deposit);
  if (!counts) return byChain;
  const byPayment = required === null ? (depth.finalNumber ?? -1) : depth.agreedNumber - required + 1;
  return Math.min(byPayment, byChain);
}
