import { Interface } from 'ethers';
import { type Rpc } from './rpc-endpoint.js';
import { UnprovenAnswerError } from './unproven-answer.js';

/** At the same address on every chain that has it. */
const MULTICALL3 = '0xca11bde05977b3631167028862be2a173976ca11';
/** So that one call stays well below the gas that nodes allow it, and the limits on sizes. */
const ADDRESSES_PER_CALL = 500;

const multicall = new Interface([
  'function aggregate3((address target, bool allowFailure, bytes callData)[] calls) payable returns ((bool success, bytes returnData)[])',
  'function getEthBalance(address) view returns (uint256)',
]);

/**
 * Balances in wei after a block, pinned to its hash (EIP-1898): by Multicall3, or where the chain has none by
 * `eth_getBalance` for each.
 * @param addresses lower-case
 * @throws RpcError, as when the node has no state of that block any more
 */
export async function balancesAt(
  rpc: Rpc,
  blockHash: string,
  addresses: readonly string[],
): Promise<Map<string, bigint>> {
  const balances = new Map<string, bigint>();
  for (let first = 0; first < addresses.length; first += ADDRESSES_PER_CALL) {
    const some = addresses.slice(first, first + ADDRESSES_PER_CALL);
    const found =
      (await byMulticall(rpc, blockHash, some)) ??
      (await Promise.all(some.map((address) => balanceAt(rpc, blockHash, address))));
    some.forEach((address, index) => balances.set(address, found[index] as bigint));
  }
  return balances;
}

/** @returns null where the chain has no Multicall3 at that block. For one address it would be no gain. */
async function byMulticall(
  rpc: Rpc,
  blockHash: string,
  addresses: readonly string[],
): Promise<bigint[] | null> {
  if (addresses.length === 1) return null;
  const calls = addresses.map((address) => ({
    target: MULTICALL3,
    allowFailure: false,
    callData: multicall.encodeFunctionData('getEthBalance', [address]),
  }));
  const call = { to: MULTICALL3, data: multicall.encodeFunctionData('aggregate3', [calls]) };
  const answer = await rpc.call<string>('eth_call', [call, { blockHash }]);
  if (answer === '0x') return null;
  const [results] = multicall.decodeFunctionResult('aggregate3', answer) as unknown as [
    { returnData: string }[],
  ];
  if (results.length !== addresses.length) {
    throw new UnprovenAnswerError(blockHash, `${results.length} balances came for ${addresses.length}`);
  }
  return results.map(({ returnData }) => BigInt(returnData));
}

/** In wei, as the node says it. @throws RpcError */
export async function balanceAt(rpc: Rpc, blockHash: string, address: string): Promise<bigint> {
  return BigInt(await rpc.call<string>('eth_getBalance', [address, { blockHash }]));
}
