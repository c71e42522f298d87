import { watchEndsAt } from './lifecycle.js';
import { type UncountedReason } from './transfer.entity.js';

interface Expected {
  chainId: number;
  /** Lower-case; null: the native asset. */
  tokenAddress: string | null;
  expiresAt: Date;
}

interface Arrived {
  chainId: number;
  tokenAddress: string | null;
  blockTime: Date;
}

/** Why a transfer that reached a payment's address does not count towards it; null when it does. */
export function whyNotCounted(
  expected: Expected,
  arrived: Arrived,
  lateWatchMs: number,
): UncountedReason | null {
  if (arrived.chainId !== expected.chainId) return 'wrong_chain';
  if (arrived.tokenAddress !== expected.tokenAddress) return 'wrong_asset';
  if (arrived.blockTime > watchEndsAt(expected, lateWatchMs)) return 'after_watch';
  return null;
}
