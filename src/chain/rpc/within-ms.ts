import { within } from '../../process/within.js';
import { RpcError } from './rpc-error.js';

const LATE = Symbol('late');

/**
 * Waits no longer than this for an answer, which may still come, and is then left behind. What came while this process
 * stood still is read first.
 * @throws RpcError
 */
export async function withinMs<T>(ms: number, answer: Promise<T>): Promise<T> {
  const first = await within<T | typeof LATE>(ms, answer, LATE);
  if (first === LATE) throw new RpcError('the node', 'in time', `no answer within ${ms} ms`);
  return first;
}
