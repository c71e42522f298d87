import { RpcError } from '../rpc/rpc-error.js';
import { type RawTransaction } from './raw-block.js';

/** Whether all of it was read: what stands for a field that was not, as a nonce of 0, is none of the chain's facts. */
export function isWhole({ unread }: Pick<RawTransaction, 'unread'>): boolean {
  return unread === undefined;
}

/**
 * Asked of transactions of ours alone: those of strangers in odd forms, as some chains have in each block, keep nothing of
 * ours waiting.
 * @throws RpcError where some of it is in a form that is not known: another endpoint may have it otherwise
 */
export function requireWhole({ hash, unread }: Pick<RawTransaction, 'hash' | 'unread'>): void {
  if (unread === undefined) return;
  const lost = unread.join(', ');
  throw new RpcError('the node', `for what ${hash} did`, `its ${lost} is in a form that is not known`);
}
