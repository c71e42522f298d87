import { hexlify, Interface, randomBytes } from 'ethers';
import { type ChainConfig } from '../../config/chains.js';
import { isNativeAsset } from './native-token.js';
import { TRANSFER_TOPIC } from '../transfers/movements.js';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { type Address, type TokenAddress } from '../../ids/ids.js';

type TokenConfig = ChainConfig['tokens'][number];

const erc20 = new Interface([
  'function decimals() view returns (uint8)',
  'function transfer(address, uint256)',
  'function balanceOf(address) view returns (uint256)',
]);
/** Two accounts that nobody has. */
const [NOBODY, NOBODY_ELSE] = [`0x${'51'.repeat(20)}`, `0x${'52'.repeat(20)}`];
/** Far enough back for a transfer of any token that is in use. */
const LOOK_BACK_BLOCKS = 1_000;

/** Why a token is out of service: no payment is taken in it and nothing of it is sent, while all others go on. */
export interface TokenProblem {
  /** What is wrong with it, and how to fix it. */
  reason: string;
  /** Its transfers are the chain's native ones, which are seen as such: they are not read, or they would count twice. */
  isNative: boolean;
  /** What it says of balances is not what is there in it alone. */
  areBalancesFalse: boolean;
  /** One endpoint alone said so, while others that are configured said nothing; left out: it is not so. */
  isOfOne?: boolean;
}

/** How what is wrong was found. */
interface Words {
  isOfOne: boolean;
}

interface TransferLog {
  address: Address;
  topics: string[];
}

/**
 * Compares a token with its contract: that it is one, has the decimals configured, gives balances that can be true, and
 * logs its transfers as ERC-20 has it, with both addresses indexed, so that they can be read.
 * @returns null when the token may be used
 * @throws RpcError when the chain could not be asked
 */
export async function checkToken(
  token: TokenConfig,
  rpc: RpcPool,
  nativeDecimals = 18,
): Promise<TokenProblem | null> {
  const words = { isOfOne: false };
  const problem = await problemOf(token, rpc, nativeDecimals, words);
  return problem !== null && words.isOfOne ? { ...problem, isOfOne: true } : problem;
}

async function problemOf(
  token: TokenConfig,
  rpc: RpcPool,
  nativeDecimals: number,
  words: Words,
): Promise<TokenProblem | null> {
  const decimals = await decimalsOf(token, rpc, words);
  if (decimals === null) {
    return wrong(
      `token ${token.symbol}: there is no ERC-20 contract at ${token.address}: fix its address in chains.yaml`,
    );
  }
  if (decimals !== token.decimals) {
    return wrong(
      `token ${token.symbol} has ${decimals} decimals on chain, chains.yaml says ${token.decimals}: fix its decimals`,
    );
  }
  if (await isNativeAsset(token, nativeDecimals, rpc, words)) {
    return {
      isNative: true,
      areBalancesFalse: true,
      reason:
        `token ${token.symbol}: ${token.address} is the chain's native asset itself, so that what is paid in it would be ` +
        'seen twice. Take it out of chains.yaml, and take payments in the native asset',
    };
  }
  const balances = await falseBalances(token, rpc, words);
  if (balances !== null) {
    const reason =
      `token ${token.symbol}: the contract at ${token.address} ${balances}. Have its issuer explain that, or take it ` +
      'out of chains.yaml';
    return { reason, isNative: false, areBalancesFalse: true };
  }
  const log = await believed(
    rpc,
    'a transfer of a token',
    async (one) => (await simulatedTransfer(token, one)) ?? (await latestTransfer(token, one)),
    (shown) => shown?.topics.length === 3,
    words,
  );
  if (log === null || log.topics.length === 3) return null;
  return wrong(
    `token ${token.symbol}: the Transfer events of ${token.address} have ${log.topics.length - 1} indexed arguments, ` +
      'not the two addresses of ERC-20: payments in it cannot be seen. Take it out of chains.yaml',
  );
}

/**
 * Whether the contract still has the decimals that are configured: what they are worth is reckoned by that, so that it is
 * asked far more often than all the rest.
 * @throws RpcError when the chain could not be asked
 */
export async function hasItsDecimals(token: TokenConfig, rpc: RpcPool): Promise<boolean> {
  return (await decimalsOf(token, rpc)) === token.decimals;
}

function wrong(reason: string): TokenProblem {
  return { reason, isNative: false, areBalancesFalse: false };
}

/** An address made up now has nothing: what the contract says instead, as it goes on after its name; null: 0. */
async function falseBalances(
  { address: to }: TokenConfig,
  rpc: RpcPool,
  words: Words,
): Promise<string | null> {
  const data = erc20.encodeFunctionData('balanceOf', [hexlify(randomBytes(20))]);
  const read = (answer: string | null): string | null => {
    if (answer === null) return 'refuses to tell what addresses hold';
    if (answer.length < 66) return 'does not tell what addresses hold';
    return BigInt(answer.slice(0, 66)) === 0n
      ? null
      : 'says that an address which nobody has holds something';
  };
  return toldOf(rpc, { to, data }, read, (said) => said === null, words);
}

/** Null: it does not say. */
async function decimalsOf(
  { address: to, decimals }: TokenConfig,
  rpc: RpcPool,
  words?: Words,
): Promise<number | null> {
  const data = erc20.encodeFunctionData('decimals');
  const read = (answer: string | null) => (answer?.length === 66 ? Number(BigInt(answer)) : null);
  return toldOf(rpc, { to, data }, read, (told) => told === decimals, words);
}

/**
 * What a contract says.
 * @param read of what it returned; null: it refused
 * @throws RpcError
 */
async function toldOf<T>(
  rpc: RpcPool,
  call: { to: string; data: string },
  read: (answer: string | null) => T,
  isRight: (told: T) => boolean,
  words?: Words,
): Promise<T> {
  const ask = async (one: Rpc) => {
    try {
      return read(await one.call('eth_call', [call, 'latest']));
    } catch (error) {
      if (isRefusal(error)) return read(null);
      throw error;
    }
  };
  return believed(rpc, 'eth_call', ask, isRight, words);
}

/**
 * That a token is not as it should be is not believed of one endpoint while another has it right. One that has nothing to
 * show says nothing against those that have.
 * @throws RpcError
 */
async function believed<T>(
  rpc: RpcPool,
  what: string,
  ask: (one: Rpc) => Promise<T>,
  isRight: (told: T) => boolean,
  words?: Words,
): Promise<T> {
  const first = await rpc.fromOneEndpoint(ask, what);
  if (isRight(first)) return first;
  const every = await rpc.fromEveryEndpoint(ask, what);
  if (words !== undefined && every.length === 1 && rpc.size > 1) words.isOfOne = true;
  const all = [first, ...every];
  // What is right may be null: it is looked for by its place, not by what it is.
  const right = all.findIndex(isRight);
  const told = all.findIndex((one) => one !== null);
  return all[Math.max(right === -1 ? told : right, 0)] as T;
}

/** The event of a transfer of nothing, which most tokens allow anyone; null where it, or the node, does not. */
async function simulatedTransfer({ address }: TokenConfig, rpc: Rpc): Promise<TransferLog | null> {
  const data = erc20.encodeFunctionData('transfer', [NOBODY_ELSE, 0]);
  try {
    const blocks = await rpc.call('eth_simulateV1', [
      { blockStateCalls: [{ calls: [{ from: NOBODY, to: address, data }] }] },
      'latest',
    ]);
    return transferIn(blocks[0]?.calls[0]?.logs ?? [], address);
  } catch (error) {
    if (error instanceof RpcError) return null;
    throw error;
  }
}

/** The newest there is in the last blocks, as far back as the node looks at once; null where there is none. */
async function latestTransfer({ address }: TokenConfig, rpc: Rpc): Promise<TransferLog | null> {
  const head = await rpc.call('eth_blockNumber', []);
  let blocks = Math.min(LOOK_BACK_BLOCKS, head + 1);
  while (blocks >= 1) {
    try {
      const fromBlock = `0x${(head - blocks + 1).toString(16)}`;
      const filter = { address, topics: [TRANSFER_TOPIC], fromBlock, toBlock: 'latest' };
      return transferIn(await rpc.call('eth_getLogs', [filter]), address);
    } catch (error) {
      if (!(error instanceof RpcError) || !isTooWide(error)) throw error;
      const { maxBlocks = blocks } = error.failure;
      blocks = maxBlocks < blocks ? maxBlocks : Math.floor(blocks / 2);
    }
  }
  return null;
}

function transferIn(logs: readonly TransferLog[], token: TokenAddress): TransferLog | null {
  return logs.findLast(({ address, topics }) => address === token && topics[0] === TRANSFER_TOPIC) ?? null;
}

function isTooWide({ failure: { kind } }: RpcError): boolean {
  return kind === 'range_too_large' || kind === 'too_many_results';
}

/** The contract was asked, and said no. */
function isRefusal(error: unknown): boolean {
  return error instanceof RpcError && error.failure.kind === 'reverted';
}
