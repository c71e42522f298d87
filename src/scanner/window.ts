import { deepestConfirmations } from '../chain/confirmations.js';
import { type ChainConfig } from '../config/chains.js';

const LEAST = 256;

/** So many of the newest blocks are remembered. A reorg that goes deeper halts the chain. */
export function windowOf(chain: ChainConfig): number {
  return Math.max(LEAST, 2 * deepestConfirmations(chain));
}
