import { type ChainConfig } from '../../config/chains.js';
import { feeCeiling } from '../planning/fee-ceiling.js';
import { valueInWei } from '../../outgoing/sweep-rules.js';
import { type Sweep } from '../sweep.entity.js';

/**
 * What the fee of a sweep may be at the most.
 * @param moving base units that leave the address now, the fee included where it comes out of them
 * @returns wei; null: any
 */
export function mostFeeOf(
  chain: ChainConfig,
  { isForced, tokenAddress, amount, estimatedFee }: Sweep,
  moving: bigint,
  maxFeeBps: number,
): bigint | null {
  const planned = { feeWei: estimatedFee, valueWei: valueInWei(chain, tokenAddress, amount) };
  return feeCeiling({ isForced, valueWei: valueInWei(chain, tokenAddress, moving), planned }, maxFeeBps);
}
