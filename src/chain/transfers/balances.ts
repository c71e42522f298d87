import { Interface } from 'ethers';
import { aggregate, type ContractCall, MULTICALL3 } from './multicall.js';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { type Address, type Asset, type TokenAddress } from '../../ids/ids.js';

/** So that one call stays well below the gas that nodes allow it, and the limits on sizes. */
const CALLS_AT_ONCE = 500;

const abi = new Interface([
  'function getEthBalance(address) view returns (uint256)',
  'function balanceOf(address) view returns (uint256)',
  'function nonces(address) view returns (uint256)',
]);

/**
 * A token's contract does not say how much an address holds: what it holds is not known. It may have been the node,
 * and not the contract, that said nothing, so that others are asked.
 */
export class UnreadableBalanceError extends RpcError {
  constructor(token: TokenAddress, address: Address) {
    super('the node', 'balanceOf', '', { kind: 'fatal' });
    this.message = `the token at ${token} does not tell the balance of ${address}: its contract refuses, is gone, or names more than there can be`;
  }
}

/**
 * Balances in wei after a block, pinned to its hash (EIP-1898): by Multicall3, or where the chain has none by
 * `eth_getBalance` for each.
 * @param addresses lower-case
 * @throws RpcError, as when the node has no state of that block any more
 */
export async function balancesAt(
  rpc: Rpc,
  blockHash: string,
  addresses: readonly Address[],
): Promise<Map<Address, bigint>> {
  const balances = new Map<Address, bigint>();
  const found = await assetBalancesAt(rpc, blockHash, addresses, [null]);
  addresses.forEach((address, index) => balances.set(address, found[index]?.[0] as bigint));
  return balances;
}

/**
 * As `balancesAt`, for several assets.
 * @param assets contracts of tokens, lower-case; null: the native asset
 * @returns for each address, in order, its balance of each asset, in base units; null where the token's contract does not
 * tell, which is the matter of that token and address alone
 * @throws RpcError
 */
export async function assetBalancesAt(
  rpc: Rpc,
  blockHash: string,
  addresses: readonly Address[],
  assets: readonly Asset[],
): Promise<(bigint | null)[][]> {
  const addressesAtOnce = Math.max(1, Math.floor(CALLS_AT_ONCE / Math.max(1, assets.length)));
  const found: (bigint | null)[][] = [];
  for (let first = 0; first < addresses.length; first += addressesAtOnce) {
    const some = addresses.slice(first, first + addressesAtOnce);
    const flat =
      (await byMulticall(rpc, blockHash, some, assets)) ??
      (await Promise.all(
        some.flatMap((address) => assets.map((asset) => balanceOf(rpc, blockHash, address, asset))),
      ));
    some.forEach((_address, index) =>
      found.push(flat.slice(index * assets.length, (index + 1) * assets.length)),
    );
  }
  return found;
}

/**
 * @returns null where the chain has no Multicall3 at that block, or a contract among those called burns so much gas that
 * nothing is left for the others. For one balance it would be no gain.
 */
async function byMulticall(
  rpc: Rpc,
  blockHash: string,
  addresses: readonly Address[],
  assets: readonly Asset[],
): Promise<(bigint | null)[] | null> {
  if (addresses.length * assets.length <= 1) return null;
  const asked = addresses.flatMap((address) => assets.map((asset) => ({ address, asset })));
  const calls = asked.map(({ address, asset }) => balanceCall(address, asset));
  const answers = await unlessRefused(aggregate(rpc, blockHash, calls));
  if (answers === null) return null;
  const amounts = answers.map(amountIn);
  // Where one of them took the gas, those after it fail without having been asked.
  const isDoubtful = amounts.some((amount) => amount === null);
  return isDoubtful
    ? Promise.all(
        asked.map(async ({ address, asset }, index) => {
          return amounts[index] ?? (await balanceOf(rpc, blockHash, address, asset));
        }),
      )
    : amounts;
}

function balanceCall(address: Address, asset: Asset): ContractCall {
  return asset === null
    ? { target: MULTICALL3, callData: abi.encodeFunctionData('getEthBalance', [address]) }
    : { target: asset, callData: abi.encodeFunctionData('balanceOf', [address]) };
}

async function balanceOf(
  rpc: Rpc,
  blockHash: string,
  address: Address,
  asset: Asset,
): Promise<bigint | null> {
  if (asset === null) return balanceAt(rpc, blockHash, address);
  return amountIn(await callOrNull(rpc, blockHash, balanceCall(address, asset)));
}

/** Null: the contract did not answer. */
function amountIn(answer: string | null): bigint | null {
  return answer === null || answer.length < 66 ? null : BigInt(answer.slice(0, 66));
}

/** Null: the contract refused. @throws RpcError for every other failure */
function callOrNull(rpc: Rpc, blockHash: string, { target, callData }: ContractCall): Promise<string | null> {
  return unlessRefused(rpc.call('eth_call', [{ to: target, data: callData }, { blockHash }]));
}

async function unlessRefused<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RpcError && error.failure.kind === 'reverted') return null;
    throw error;
  }
}

/** In wei, as the node says it. @throws RpcError */
export async function balanceAt(rpc: Rpc, blockHash: string, address: Address): Promise<bigint> {
  return BigInt(await rpc.call('eth_getBalance', [address, { blockHash }]));
}

/**
 * Which of the addresses have ever signed anything that was mined: a transaction, or a permit (EIP-2612) of one of the
 * tokens. Such an address may have been emptied, and was in use all the same.
 * @param addresses lower-case
 * @param permitTokens those of which `hasPermits` is true
 * @throws RpcError
 */
export async function signersAmong(
  rpc: Rpc,
  blockHash: string,
  addresses: readonly Address[],
  permitTokens: readonly TokenAddress[],
): Promise<boolean[]> {
  return Promise.all(
    addresses.map(async (address) => {
      const nonce = rpc.call('eth_getTransactionCount', [address, { blockHash }]);
      const permits = permitTokens.map((token) => callOrNull(rpc, blockHash, noncesCall(address, token)));
      const counts = await Promise.all([nonce, ...permits]);
      return counts.some((count) => count !== null && count !== '0x' && BigInt(count) > 0n);
    }),
  );
}

/** Whether a token counts the permits of its holders. @throws RpcError */
export async function hasPermits(rpc: Rpc, blockHash: string, token: TokenAddress): Promise<boolean> {
  const answer = await callOrNull(rpc, blockHash, noncesCall(token, token));
  return answer?.length === 66;
}

function noncesCall(address: Address, token: TokenAddress): ContractCall {
  return { target: token, callData: abi.encodeFunctionData('nonces', [address]) };
}
