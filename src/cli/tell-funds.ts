import { getAddress } from 'ethers';
import { type ListedAsset, FundsReader } from '../chain/accounts/funds-reader.js';
import { type ChainConfig } from '../config/chains.js';
import { NoSuchChainError } from '../config/no-such-chain.error.js';
import { type DepositScheme, depositPath } from '../wallet/deposit-scheme.js';
import { type FundedDeposit, scanDeposits, type ScanEnd } from '../wallet/deposit-scan.js';
import { type FundsOutput, type Total } from './funds-output.js';

export interface FundsRequest {
  scheme: DepositScheme;
  chains: readonly ChainConfig[];
  /** By name; left out: all. */
  chain?: string;
  end: ScanEnd;
}

/**
 * Tells what deposit addresses hold, each chain after one block of its own.
 * @param onProgress called with the derivation index up to which all was asked
 * @returns in words, what could not be read, and is not among what was told
 * @throws NoSuchChainError; ChainUnreadableError; RpcError
 */
export async function tellFunds(
  { scheme, chains, chain: wanted, end }: FundsRequest,
  output: FundsOutput,
  onProgress: (index: number) => void,
): Promise<string[]> {
  const chosen = chains.filter(({ name }) => wanted === undefined || name === wanted);
  if (chosen.length === 0)
    throw new NoSuchChainError(
      wanted,
      chains.map(({ name }) => name),
    );
  const readers: FundsReader[] = [];
  try {
    for (const chain of chosen) readers.push(await FundsReader.open(chain));
    output.begin(readers.map(pinned));
    const totals = new Totals(readers);
    for await (const deposit of scanDeposits(scheme, readers, end, onProgress)) {
      output.holding({
        chain: deposit.chain,
        asset: totals.add(deposit),
        index: deposit.index,
        path: depositPath(deposit.index),
        address: getAddress(deposit.address),
        balance: deposit.balance,
      });
    }
    output.end(totals.all());
    return readers.flatMap(unread);
  } finally {
    readers.forEach((reader) => reader.close());
  }
}

function unread({ name, chain, unread: counts, tokenProblems }: FundsReader): string[] {
  return [...counts].map(([token, count]) => {
    const symbol = chain.tokens.find(({ address }) => address === token)?.symbol ?? token;
    const why = tokenProblems.get(token)?.reason ?? `the contract at ${token} does not tell`;
    return `on ${name}, what ${count} ${count === 1 ? 'address holds' : 'addresses hold'} of ${symbol} could not be read: ${why}`;
  });
}

function pinned({ name, chain, block }: FundsReader) {
  return { chain: name, chain_id: chain.chainId, block_number: block.number, block_hash: block.hash };
}

class Totals {
  private readonly totals: Map<string, Total[]>;

  constructor(readers: readonly FundsReader[]) {
    this.totals = new Map(
      readers.map(({ name, assets }) => [
        name,
        assets.map((asset) => ({ chain: name, asset, addresses: 0, balance: 0n })),
      ]),
    );
  }

  add({ chain, asset, balance }: FundedDeposit): ListedAsset {
    const total = this.totals.get(chain)?.[asset] as Total;
    total.addresses += 1;
    total.balance += balance;
    return total.asset;
  }

  all(): Total[] {
    return [...this.totals.values()].flat().filter(({ addresses }) => addresses > 0);
  }
}
