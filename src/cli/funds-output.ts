import { formatUnits } from 'ethers';
import { type ListedAsset } from '../chain/accounts/funds-reader.js';
import { csvRecord } from '../http/csv.js';

/** What is printed about one chain before its deposits. */
export interface PinnedChain {
  chain: string;
  chain_id: number;
  /** Everything was read after this block. */
  block_number: number;
  block_hash: string;
}

/** What one deposit address holds of one asset. */
export interface Holding {
  chain: string;
  asset: ListedAsset;
  index: number;
  /** BIP-32. */
  path: string;
  /** With its EIP-55 checksum, as wallets show it. */
  address: string;
  /** Base units. */
  balance: bigint;
}

export interface Total {
  chain: string;
  asset: ListedAsset;
  addresses: number;
  /** Base units. */
  balance: bigint;
}

/** Writes holdings one by one, so that their number does not matter to memory. */
export interface FundsOutput {
  begin(chains: readonly PinnedChain[]): void;
  holding(holding: Holding): void;
  end(totals: readonly Total[]): void;
}

export type Write = (text: string) => void;

export function fundsOutput({ json, csv }: { json?: boolean; csv?: boolean }, write: Write): FundsOutput {
  if (json) return new JsonFunds(write);
  return csv ? new CsvFunds(write) : new TextFunds(write);
}

class TextFunds implements FundsOutput {
  constructor(private readonly write: Write) {}

  begin(chains: readonly PinnedChain[]): void {
    for (const { chain, chain_id, block_number, block_hash } of chains)
      this.write(`${chain} (chain id ${chain_id}) at block ${block_number} ${block_hash}\n`);
    this.write('\n');
  }

  holding({ chain, asset, path, address, balance }: Holding): void {
    this.write(`${chain.padEnd(20)}  ${path.padEnd(24)}  ${address}  ${amount(balance, asset)}\n`);
  }

  end(totals: readonly Total[]): void {
    if (totals.length === 0) return this.write('no deposit address holds anything\n');
    this.write('\n');
    for (const { chain, asset, addresses, balance } of totals) {
      const count = addresses === 1 ? '1 address' : `${addresses} addresses`;
      this.write(`total on ${chain}: ${amount(balance, asset)} (${balance} base units) on ${count}\n`);
    }
  }
}

function amount(balance: bigint, { symbol, decimals }: ListedAsset): string {
  return `${formatUnits(balance, decimals)} ${symbol}`;
}

class CsvFunds implements FundsOutput {
  private readonly chains = new Map<string, PinnedChain>();

  constructor(private readonly write: Write) {}

  begin(chains: readonly PinnedChain[]): void {
    chains.forEach((chain) => this.chains.set(chain.chain, chain));
    const columns = ['row', 'chain', 'chain_id', 'block_number', 'block_hash', 'asset', 'token', 'decimals'];
    this.write(csvRecord([...columns, 'index', 'path', 'address', 'balance']));
  }

  holding({ chain, asset, index, path, address, balance }: Holding): void {
    this.record('deposit', chain, asset, [index, path, address], balance);
  }

  end(totals: readonly Total[]): void {
    for (const { chain, asset, balance } of totals)
      this.record('total', chain, asset, [null, null, null], balance);
  }

  private record(
    row: string,
    chain: string,
    { symbol, token, decimals }: ListedAsset,
    place: (string | number | null)[],
    balance: bigint,
  ): void {
    const { chain_id, block_number, block_hash } = this.chains.get(chain) as PinnedChain;
    const asset = [symbol, token, decimals];
    this.write(
      csvRecord([row, chain, chain_id, block_number, block_hash, ...asset, ...place, String(balance)]),
    );
  }
}

class JsonFunds implements FundsOutput {
  private isFirst = true;

  constructor(private readonly write: Write) {}

  begin(chains: readonly PinnedChain[]): void {
    this.write(`{"chains":${JSON.stringify(chains)},\n"deposits":[`);
  }

  holding({ chain, asset, index, path, address, balance }: Holding): void {
    const row = { chain, ...named(asset), index, path, address, balance: String(balance) };
    this.write(`${this.isFirst ? '' : ','}\n${JSON.stringify(row)}`);
    this.isFirst = false;
  }

  end(totals: readonly Total[]): void {
    const rows = totals.map(({ chain, asset, addresses, balance }) => ({
      chain,
      ...named(asset),
      addresses,
      balance: String(balance),
    }));
    this.write(`],\n"totals":${JSON.stringify(rows)}}\n`);
  }
}

function named({ symbol, token, decimals }: ListedAsset): {
  asset: string;
  token: string | null;
  decimals: number;
} {
  return { asset: symbol, token, decimals };
}
