import { type ChainConfig } from '../config/chains.js';
import { type ChainExtent, finalUpTo } from '../scanner/scanned-chain.js';
import { type OutgoingPart } from './outgoing-part.entity.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';

/** The last block in which a transaction is final, and all that it moves: large amounts may want more depth. -1: none. */
export function finalBlockOf(
  chain: ChainConfig,
  extent: ChainExtent,
  outgoing: Pick<OutgoingTransaction, 'tokenAddress' | 'amount'>,
  parts: readonly Pick<OutgoingPart, 'tokenAddress' | 'amount'>[],
): number {
  return Math.min(...[outgoing, ...parts].map((moved) => finalUpTo(chain, extent, moved)));
}
