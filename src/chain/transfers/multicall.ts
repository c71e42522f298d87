import { Interface } from 'ethers';
import { type Rpc } from '../rpc/rpc-endpoint.js';
import { type Address, toAddress } from '../../ids/ids.js';

/** At the same address on every chain that has it. */
export const MULTICALL3 = toAddress('0xca11bde05977b3631167028862be2a173976ca11');

const multicall = new Interface([
  'function aggregate3((address target, bool allowFailure, bytes callData)[] calls) payable returns ((bool success, bytes returnData)[])',
]);

export interface ContractCall {
  /** Lower-case. */
  target: Address;
  /** Hex with 0x. */
  callData: string;
}

/**
 * Calls contracts in one `eth_call` through Multicall3, pinned to a block's hash (EIP-1898).
 * @returns what each call returned, null for one that failed; null where nothing at its address answers as Multicall3 does
 * @throws RpcError
 */
export async function aggregate(
  rpc: Rpc,
  blockHash: string,
  calls: readonly ContractCall[],
): Promise<(string | null)[] | null> {
  const tolerant = calls.map((call) => ({ ...call, allowFailure: true }));
  const call = { to: MULTICALL3, data: multicall.encodeFunctionData('aggregate3', [tolerant]) };
  const answer = await rpc.call('eth_call', [call, { blockHash }]);
  const results = resultsIn(answer);
  return results?.length === calls.length ? results : null;
}

/** Null: it is no answer of Multicall3. What another contract at its address returns is no fault of the endpoint. */
function resultsIn(answer: string): (string | null)[] | null {
  try {
    const [results] = multicall.decodeFunctionResult('aggregate3', answer).toArray() as [
      { success: boolean; returnData: string }[],
    ];
    // What cannot be read in a result is thrown when it is looked at.
    return results.map(({ success, returnData }) => (success ? returnData : null));
  } catch {
    return null;
  }
}
