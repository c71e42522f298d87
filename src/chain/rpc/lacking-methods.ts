import { type RpcMethod } from './methods.js';

/**
 * Asked for with every block, and not by every node answered. All else is asked for each time: it is rare, or every node
 * has it, and one that says otherwise is in trouble.
 */
const OPTIONAL: readonly RpcMethod[] = ['eth_getBlockReceipts'];

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
