import { type ChainConfig } from '../config/chains.js';
import { windowOf } from '../scanner/window.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';

/**
 * The lowest block in which a transaction can be: its bytes are in none that was scanned before they were signed, but for
 * reorgs. One that goes deeper than the window moves `signedAfterBlock` down to what it left standing (`Reopenings`).
 */
export function lowestBlockOf(
  chain: ChainConfig,
  { signedAfterBlock }: Pick<OutgoingTransaction, 'signedAfterBlock'>,
): number {
  return Math.max(0, (signedAfterBlock ?? 0) - windowOf(chain));
}
