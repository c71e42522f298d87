import { type BlockRef } from '../chain/blocks/block.js';
import { deepestConfirmations } from '../chain/confirmations.js';
import { type ChainConfig } from '../config/chains.js';

/** A reorg that goes no deeper is within what is remembered of any chain. */
export const LEAST_REMEMBERED = 256;
/** As many as `quittance scanner accept-reorg` goes back by. */
const MOST = 50_000;

/** So many of the newest blocks are remembered at least. */
export function windowOf(chain: Pick<ChainConfig, 'confirmations' | 'tokens'>): number {
  return Math.max(LEAST_REMEMBERED, 2 * deepestConfirmations(chain));
}

/**
 * So many of the newest blocks are remembered. A reorg that goes deeper halts the chain: it undoes what was confirmed. So
 * where the chain's own finality decides, all are remembered down to the final block: nothing above it was confirmed.
 * @param final the final block's number; null: it is not known, or a number of blocks decides
 */
export function rememberedDownTo(
  chain: Pick<ChainConfig, 'confirmations' | 'tokens'>,
  { number }: Pick<BlockRef, 'number'>,
  final: number | null,
): number {
  const least = windowOf(chain);
  if (chain.confirmations.kind !== 'finality') return least;
  return final === null ? MOST : Math.min(MOST, Math.max(least, number - final + 1));
}
