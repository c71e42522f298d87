import { type ChainConfig } from '../../config/chains.js';
import { assetBalancesAt, hasPermits, signersAmong } from '../transfers/balances.js';
import { type BlockRef } from '../blocks/block.js';
import { ChainAccounts } from './chain-accounts.js';
import { most } from './disagreement.js';
import { checkChain } from '../chain-check.js';
import { blockRef } from '../transfers/movements.js';
import { RpcPool } from '../rpc/rpc-pool.js';
import { type TokenProblem } from '../tokens/token-check.js';
import { type Address, type Asset, type TokenAddress } from '../../ids/ids.js';

/** An asset of chains.yaml as people call it. */
export interface ListedAsset {
  symbol: string;
  /** Contract, lower-case; null: the native asset. */
  token: Asset;
  decimals: number;
}

/** What a chain holds cannot be read correctly: chains.yaml and the chain disagree, or a block is missing. */
export class ChainUnreadableError extends Error {
  constructor(chain: string, reasons: readonly string[]) {
    super(`chain ${chain} cannot be read: ${reasons.join('; ')}`);
  }
}

/** What addresses hold on one chain, after one block, without a database. */
export class FundsReader {
  readonly accounts: ChainAccounts;
  /** Contracts that did not answer what an address holds, and of how many. */
  readonly unread = new Map<string, number>();
  private readonly disputed = new Set<string>();
  private permitTokens: Promise<TokenAddress[]> | null = null;

  private constructor(
    readonly chain: ChainConfig,
    /** The native asset and every token of chains.yaml, also those switched off. */
    readonly assets: readonly ListedAsset[],
    /** Everything is read after this block. */
    readonly block: BlockRef,
    /** Why tokens are out of service, by their contracts. */
    readonly tokenProblems: ReadonlyMap<string, TokenProblem>,
    private readonly rpc: RpcPool,
  ) {
    this.accounts = new ChainAccounts(rpc);
  }

  /**
   * @param at a block's hash; left out: the newest block
   * @throws ChainUnreadableError; RpcError
   */
  static async open(chain: ChainConfig, at?: string): Promise<FundsReader> {
    const { blockTimeMs, rpcRequestsPerSecond: requestsPerSecond } = chain;
    const rpc = new RpcPool(chain.rpcUrls, chain.chainId, { blockTimeMs, requestsPerSecond });
    try {
      const { chain: reasons, tokens } = await checkChain(chain, rpc);
      if (reasons.length > 0) throw new ChainUnreadableError(chain.name, reasons);
      const block = await blockAt(chain.name, rpc, at);
      return new FundsReader(chain, assetsOf(chain), block, tokens.problems, rpc);
    } catch (error) {
      rpc.close();
      throw error;
    }
  }

  get name(): string {
    return this.chain.name;
  }

  /**
   * For each address, in order, its balance of each of `assets`, in base units; null where the token's contract does not
   * tell it, or nothing that it tells is believed. Every endpoint is asked: where they differ it is the most that any of
   * them says, and `isDisputed`.
   * @throws RpcError
   */
  async balances(addresses: readonly Address[]): Promise<(bigint | null)[][]> {
    const assets = this.assets.map(({ token }) => token);
    const believed = assets.filter((token) => token === null || this.isBelieved(token));
    const said = await this.rpc.fromEveryEndpoint(
      (rpc) => assetBalancesAt(rpc, this.block.hash, addresses, believed),
      'balances',
      { isEvenOld: true },
    );
    return addresses.map((address, row) =>
      assets.map((token) => {
        const place = believed.indexOf(token);
        const answers = place < 0 ? [null] : said.map((balances) => balances[row]?.[place] ?? null);
        if (answers.some((answer) => answer !== answers[0])) this.disputed.add(`${address} ${token}`);
        const balance = most(answers);
        if (balance === null && token !== null) this.unread.set(token, (this.unread.get(token) ?? 0) + 1);
        return balance;
      }),
    );
  }

  /** Whether endpoints contradicted each other about what an address holds, when `balances` asked. */
  isDisputed(address: Address, token: Asset): boolean {
    return this.disputed.has(`${address} ${token}`);
  }

  private isBelieved(token: string): boolean {
    return this.tokenProblems.get(token)?.areBalancesFalse !== true;
  }

  /** For each address, in order, whether it has ever signed anything that was mined, by any endpoint's word. @throws RpcError */
  async haveSigned(addresses: readonly Address[]): Promise<boolean[]> {
    this.permitTokens ??= this.tokensWithPermits();
    const permitTokens = await this.permitTokens;
    const said = await this.rpc.fromEveryEndpoint(
      (rpc) => signersAmong(rpc, this.block.hash, addresses, permitTokens),
      'nonces',
      { isEvenOld: true },
    );
    return addresses.map((_address, index) => said.some((signed) => signed[index] === true));
  }

  /** Whether the block is part of the chain still, as its nodes have it now. @throws RpcError */
  isCanonical(): Promise<boolean> {
    return this.has(this.block);
  }

  /** Whether another block is, as its nodes have it now. @throws RpcError */
  async has({ number, hash }: Pick<BlockRef, 'number' | 'hash'>): Promise<boolean> {
    const quantity = `0x${number.toString(16)}`;
    const header = await this.rpc.call('eth_getBlockByNumber', [quantity, false]);
    return header?.hash === hash;
  }

  close(): void {
    this.rpc.close();
  }

  private async tokensWithPermits(): Promise<TokenAddress[]> {
    const tokens = this.chain.tokens.map(({ address }) => address);
    const permits = await Promise.all(tokens.map((token) => hasPermits(this.rpc, this.block.hash, token)));
    return tokens.filter((_token, index) => permits[index]);
  }
}

export function assetsOf({ native, tokens }: Pick<ChainConfig, 'native' | 'tokens'>): ListedAsset[] {
  return [
    { ...native, token: null },
    ...tokens.map(({ symbol, address, decimals }) => ({ symbol, token: address, decimals })),
  ];
}

async function blockAt(chain: string, rpc: RpcPool, hash?: string): Promise<BlockRef> {
  const header =
    hash === undefined
      ? await rpc.call('eth_getBlockByNumber', ['latest', false])
      : await rpc.call('eth_getBlockByHash', [hash, false]);
  if (header === null) {
    throw new ChainUnreadableError(chain, [
      `no endpoint has block ${hash ?? 'latest'}: a reorg is under way, or they lag; try again in a moment`,
    ]);
  }
  return blockRef(header);
}
