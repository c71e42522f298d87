import { type RpcMethod } from './methods.js';

/** All others every node has: where one is "not found", the node is in trouble, and is asked again. */
const OPTIONAL: readonly RpcMethod[] = [
  'eth_getBlockReceipts',
  'eth_getProof',
  'eth_maxPriorityFeePerGas',
  'eth_feeHistory',
  'eth_simulateV1',
  'debug_traceBlockByHash',
  'debug_traceTransaction',
  'trace_block',
  'trace_transaction',
];

const FIRST_MS = 15_000;
const LONGEST_MS = 10 * 60_000;

/** Which methods a node said it does not have: not asked for a while, longer each time it says so again. */
export class LackingMethods {
  private readonly refusals = new Map<RpcMethod, { times: number; untilMs: number }>();

  has(method: RpcMethod, nowMs: number): boolean {
    return nowMs < (this.refusals.get(method)?.untilMs ?? -Infinity);
  }

  refused(method: RpcMethod, nowMs: number): void {
    if (!OPTIONAL.includes(method) || this.has(method, nowMs)) return;
    const times = (this.refusals.get(method)?.times ?? 0) + 1;
    const forMs = Math.min(LONGEST_MS, FIRST_MS * 4 ** (times - 1));
    this.refusals.set(method, { times, untilMs: nowMs + forMs });
  }

  answered(method: RpcMethod): void {
    this.refusals.delete(method);
  }

  /** Those not asked for now. */
  names(nowMs: number): RpcMethod[] {
    return [...this.refusals.keys()].filter((method) => this.has(method, nowMs));
  }
}
