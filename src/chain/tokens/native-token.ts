import { Interface } from 'ethers';
import { type TokenConfig } from '../../config/chains.js';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { isLasting } from '../rpc/rpc-failure.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { type Address, toAddress, type TokenAddress } from '../../ids/ids.js';

/**
 * Contracts that are a chain's native asset under another name. What they move is native value, which is seen as such:
 * as a token it would be seen a second time.
 */
const KNOWN: ReadonlySet<string> = new Set([
  // EIP-7708: native transfers, logged by the chain itself; and those that eth_simulateV1 tells of.
  '0xfffffffffffffffffffffffffffffffffffffffe',
  '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',
  // Celo (https://docs.celo.org, core contracts), Polygon, ZKsync (L2BaseToken), Metis, Moonbeam (ERC-20 precompile).
  '0x471ece3750da237f93b8e339c536989b8978a438',
  '0x0000000000000000000000000000000000001010',
  '0x000000000000000000000000000000000000800a',
  '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0000',
  '0x0000000000000000000000000000000000000802',
  // Arc: USDC is what gas is paid in (https://docs.arc.io, contract addresses).
  '0x3600000000000000000000000000000000000000',
]);

const erc20 = new Interface(['function balanceOf(address) view returns (uint256)']);
/** Nobody has it; what it holds is made up for one call. */
const NOBODY = toAddress(`0x${'53'.repeat(20)}`);
const MADE_UP = 123_456_789_012_345_678_901_234n;
/** Funded addresses that are compared at the most, and blocks that are searched for them. */
const MOST_COMPARED = 5;
const MOST_BLOCKS = 10;

/** What one endpoint shows of a token; null: it can show nothing. */
type Shown = 'native' | 'another' | null;

/**
 * Whether a token is the chain's native asset: known to be, or holding for every address what the address holds of the
 * native asset, as far as its decimals show. Every endpoint is asked: one shows it, and none shows an address that holds
 * another amount of the one than of the other. So an endpoint that can show nothing hides nothing, and one that says it
 * falsely takes no token out of service.
 * @param words is told where one endpoint alone showed it
 * @returns false also where no node can tell
 * @throws RpcError where none answered, and one may the next time
 */
export async function isNativeAsset(
  token: Pick<TokenConfig, 'address' | 'decimals'>,
  nativeDecimals: number,
  rpc: RpcPool,
  words = { isOfOne: false },
): Promise<boolean> {
  if (KNOWN.has(token.address)) {
    words.isOfOne = false;
    return true;
  }
  const shown = (wei: bigint) => scaled(wei, token.decimals - nativeDecimals);
  const read = async (one: Rpc): Promise<Shown> => {
    if ((await madeUpBalance(token.address, one)) === shown(MADE_UP)) return 'native';
    return holdsWhatAddressesHold(one, token.address, shown);
  };
  try {
    const all = await rpc.fromEveryEndpoint(read, 'balances');
    const isNative = all.includes('native') && !all.includes('another');
    if (isNative && all.length === 1 && rpc.size > 1) words.isOfOne = true;
    return isNative;
  } catch (error) {
    // What no node can ever tell keeps no token from being taken; what one may tell in a moment is asked again.
    if (error instanceof RpcError && (isLasting(error.failure) || error.failure.kind === 'reverted'))
      return false;
    throw error;
  }
}

function scaled(wei: bigint, digits: number): bigint {
  return digits >= 0 ? wei * 10n ** BigInt(digits) : wei / 10n ** BigInt(-digits);
}

/** What the contract says of an address whose native balance is made up; null where the node makes nothing up. */
async function madeUpBalance(token: TokenAddress, rpc: Rpc): Promise<bigint | null> {
  const overrides = { [NOBODY]: { balance: `0x${MADE_UP.toString(16)}` } };
  try {
    return wordOf(await rpc.call('eth_call', [balanceCall(token, NOBODY), 'latest', overrides]));
  } catch (error) {
    if (error instanceof RpcError) return null;
    throw error;
  }
}

/** Of two addresses at least that have money, and not the same: else it may be chance. One that differs is enough. */
async function holdsWhatAddressesHold(
  rpc: Rpc,
  token: TokenAddress,
  shown: (wei: bigint) => bigint,
): Promise<Shown> {
  const { addresses, at } = await recentAddresses(rpc);
  const seen = new Set<bigint>();
  for (const address of addresses) {
    const held = shown(await rpc.call('eth_getBalance', [address, at]));
    if (held === 0n) continue;
    const told = await rpc.call('eth_call', [balanceCall(token, address), at]).catch((error: unknown) => {
      // What is native tells what anybody holds.
      if (error instanceof RpcError && ['reverted', 'fatal'].includes(error.failure.kind)) return '0x';
      throw error;
    });
    if (wordOf(told) !== held) return 'another';
    seen.add(held);
    if (seen.size >= MOST_COMPARED) break;
  }
  return seen.size >= 2 ? 'native' : null;
}

/** Who sent and received lately, and the block after which to ask what they hold. */
async function recentAddresses(rpc: Rpc): Promise<{ addresses: Address[]; at: string }> {
  let block = await rpc.call('eth_getBlockByNumber', ['latest', true]);
  const at = quantityOf(block.number);
  const found = new Set<Address>();
  for (let read = 0; read < MOST_BLOCKS; read += 1) {
    for (const { from, to } of block.transactions)
      [from, ...(to === null ? [] : [to])].forEach((one) => found.add(one));
    if (found.size >= 2 * MOST_COMPARED || block.number === 0) break;
    const before = await rpc.call('eth_getBlockByNumber', [quantityOf(block.number - 1), true]);
    if (before === null) break;
    block = before;
  }
  return { addresses: [...found], at };
}

function balanceCall(token: TokenAddress, address: Address): { to: Address; data: string } {
  return { to: token, data: erc20.encodeFunctionData('balanceOf', [address]) };
}

function wordOf(answer: string): bigint | null {
  return answer.length >= 66 ? BigInt(answer.slice(0, 66)) : null;
}

function quantityOf(number: number): string {
  return `0x${number.toString(16)}`;
}
