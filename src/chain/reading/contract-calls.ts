import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { aggregate, type ContractCall } from '../transfers/multicall.js';

/** Two nodes of a chain say different things of the same block: one of them lies, and nobody knows which. */
export class NodesDifferError extends Error {
  constructor(blockHash: string) {
    super(`the chain's endpoints give different answers at block ${blockHash}`);
  }
}

export interface CallResults {
  /** What each call returned, in order; null for one that was refused. */
  results: readonly (string | null)[];
  /** One endpoint alone answered, though others are configured. */
  isOneOfSeveral: boolean;
}

/**
 * Calls contracts at one block, pinned to its hash (EIP-1898): by Multicall3, or where the chain has none by a call
 * each. Every endpoint is asked, since nothing proves what a call returns: those that answer have to agree.
 * @throws NodesDifferError; RpcError when no endpoint answered
 */
export async function callsAt(
  rpc: RpcPool,
  blockHash: string,
  calls: readonly ContractCall[],
): Promise<CallResults> {
  const read = (one: Rpc) => callsOn(one, blockHash, calls);
  const answers = await rpc.fromEveryEndpoint(read, 'contract calls', { isEvenOld: true });
  const [first = []] = answers;
  const isSame = answers.every((answer) => answer.every((value, index) => value === first[index]));
  if (!isSame) throw new NodesDifferError(blockHash);
  return { results: first, isOneOfSeveral: answers.length === 1 && rpc.size > 1 };
}

async function callsOn(
  rpc: Rpc,
  blockHash: string,
  calls: readonly ContractCall[],
): Promise<(string | null)[]> {
  const together = calls.length > 1 ? await aggregate(rpc, blockHash, calls) : null;
  return together ?? Promise.all(calls.map((call) => callOn(rpc, blockHash, call)));
}

async function callOn(
  rpc: Rpc,
  blockHash: string,
  { target, callData }: ContractCall,
): Promise<string | null> {
  try {
    return await rpc.call('eth_call', [{ to: target, data: callData }, { blockHash }]);
  } catch (error) {
    if (error instanceof RpcError && error.failure.kind === 'reverted') return null;
    throw error;
  }
}
