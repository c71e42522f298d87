import { RpcError } from './rpc-endpoint.js';
import { type RpcFailureKind } from './rpc-failure.js';

/** What may be over the next time; anything else a node will say again, about this block at least. */
const PASSING: readonly RpcFailureKind[] = ['rate_limited', 'unauthorized', 'transient', 'internal'];

/** Whether a failure says nothing about what was asked for: the same may be answered in a moment. */
export function isPassing(error: Error): boolean {
  return error instanceof RpcError && PASSING.includes(error.failure.kind);
}
