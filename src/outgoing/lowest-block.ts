import { type ChainConfig } from '../config/chains.js';
import { windowOf } from '../scanner/window.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';

/**
 * The lowest block in which a transaction can be: its bytes are in none that was scanned before they were signed, but for
 * reorgs, which go no deeper than the window.
 */
export function lowestBlockOf(
  chain: ChainConfig,
  { signedAfterBlock }: Pick<OutgoingTransaction, 'signedAfterBlock'>,
): number {
  return Math.max(0, (signedAfterBlock ?? 0) - windowOf(chain));
}
