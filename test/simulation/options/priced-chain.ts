import { type Lie } from '../lies.js';
import { Interface } from 'ethers';
import { type ChainConfig, type TokenConfig } from '../../../src/config/chains.js';
import { toChainId } from '../../../src/ids/ids.js';
import { tokenId } from '../../../src/ids/token-id.js';
import { FaultyRpc } from '../../harness/faulty-rpc.js';
import { OddToken } from '../../harness/odd-token.js';
import { TestChain } from '../../harness/test-chain.js';
import { type Arrival, ChainBlocks, type RawBlock } from './chain-blocks.js';
import { type ChainSpec } from './chain-specs.js';
import { type ChainClock } from './chain-clock.js';

const erc20 = new Interface(['function transfer(address,uint256)']);
/** Only what mines tells that there is something new: an idle chain is looked at so seldom that it costs nothing. */
const LOOKED_AT_EVERY_MS = 2_000;

/** What can be paid in. */
export interface SimulatedAsset {
  chain: PricedChain;
  symbol: string;
  decimals: number;
  /** Lower-case; null: the native asset. */
  address: string | null;
  tokenId: string | null;
}

/** Gives a node what a seed needs before anything is paid. @returns what that makes of the chain's configuration */
export type Prepare = (
  node: TestChain,
  tokens: readonly string[],
) => Promise<(config: ChainConfig) => ChainConfig>;

/** One of a world's chains: its node, the ways to it that fail, and what its blocks say, read in the plainest way. */
export class PricedChain {
  /** No node but ours is reached; what is mined is seen when they are back. */
  isDown = false;
  /** The latest time that any of its branches has had. */
  latestTime = 0;
  /** As of when it went away last. */
  latestTimeAtEnd = 0;
  /** Endpoints that have lied about what contracts say. */
  private readonly liedOfContracts = new Set<FaultyRpc>();
  private readonly blocks: ChainBlocks;

  private constructor(
    readonly node: TestChain,
    readonly endpoints: readonly FaultyRpc[],
    readonly config: ChainConfig,
    readonly confirmations: number,
    readonly assets: readonly SimulatedAsset[],
    private readonly clock: ChainClock,
    /** Nothing below is replaced by a reorg. */
    readonly base: number,
  ) {
    this.blocks = new ChainBlocks(node, assets, base);
  }

  /** What endpoints are to say wrongly, so many times. */
  lie(endpoints: readonly FaultyRpc[], { methods, fault }: Lie, times: number): void {
    for (const endpoint of endpoints) {
      endpoint.inject(methods, fault, times);
      if (methods.includes('eth_call')) this.liedOfContracts.add(endpoint);
    }
  }

  /** Whether no endpoint was there to say that a token is as it should be. */
  get areContractsLiedOf(): boolean {
    return this.liedOfContracts.size === this.endpoints.length;
  }

  static async start(
    spec: ChainSpec,
    index: number,
    clock: ChainClock,
    prepare: Prepare = () => Promise.resolve((config) => config),
  ): Promise<PricedChain> {
    const node = await TestChain.start({ name: spec.name, chainId: toChainId(31_500 + index) });
    const tokens: TokenConfig[] = [...node.config.tokens];
    if (spec.token !== null) {
      const odd = await OddToken.deploy(node);
      await odd.setDecimals(spec.token.decimals);
      await node.mine();
      tokens.push({ ...odd.config, ...spec.token });
    }
    const prepared = await prepare(
      node,
      tokens.map(({ address }) => address),
    );
    const endpoints = await Promise.all(
      Array.from({ length: spec.endpoints }, () => FaultyRpc.start(node.url)),
    );
    const config: ChainConfig = prepared({
      ...node.config,
      native: { symbol: spec.native, decimals: 18 },
      tokens,
      blockTimeMs: LOOKED_AT_EVERY_MS,
      rpcUrls: endpoints.map(({ url }) => url),
      confirmations: { kind: 'blocks', tiers: [{ upTo: null, blocks: spec.confirmations }] },
    });
    const assets: SimulatedAsset[] = [];
    const chain = new PricedChain(
      node,
      endpoints,
      config,
      spec.confirmations,
      assets,
      clock,
      await node.height(),
    );
    assets.push({ chain, symbol: spec.native, decimals: 18, address: null, tokenId: null });
    for (const { address, symbol, decimals } of tokens)
      assets.push({ chain, symbol, decimals, address, tokenId: tokenId(config.chainId, address) });
    await chain.noteTime();
    return chain;
  }

  get name(): string {
    return this.config.name;
  }

  get chainId(): number {
    return this.config.chainId;
  }

  /** At the clock's time; each block is a second after the one before. */
  async mine(blocks: number): Promise<void> {
    const { timestamp } = await this.head();
    const first = Math.max(Number(timestamp) + 1, this.clock.seconds - blocks + 1);
    await this.node.rpc('evm_setNextBlockTimestamp', [first]);
    await this.node.rpc('anvil_mine', [`0x${blocks.toString(16)}`, '0x1']);
    await this.noteTime();
  }

  /** A transfer that waits until a block is mined. */
  async pay({ address }: SimulatedAsset, to: string, amount: bigint): Promise<void> {
    await (address === null ? this.node.pay(to, amount) : this.node.payToken(to, amount, address));
  }

  /** Replaces the last blocks by as many others that hold these transfers alone, each so far above the ancestor. */
  async reorg(depth: number, transfers: readonly (readonly [Arrival, number])[]): Promise<void> {
    const { payer } = this.node;
    const sent = transfers.map(
      ([
        {
          to,
          amount,
          asset: { address },
        },
        above,
      ]): [Record<string, unknown>, number] => [
        address === null
          ? { from: payer, to, value: `0x${amount.toString(16)}` }
          : { from: payer, to: address, data: erc20.encodeFunctionData('transfer', [to, amount]) },
        above,
      ],
    );
    await this.node.rpc('anvil_reorg', [depth, sent]);
    await this.node.rpc('anvil_dropAllTransactions');
    await this.noteTime();
  }

  async goDown(): Promise<void> {
    this.isDown = true;
    this.latestTimeAtEnd = this.latestTime;
    await Promise.all(this.endpoints.map((endpoint) => endpoint.die()));
  }

  async comeBack(): Promise<void> {
    for (const endpoint of this.endpoints) await endpoint.revive();
    this.isDown = false;
  }

  async height(): Promise<number> {
    return Number((await this.head()).number);
  }

  async headTime(): Promise<number> {
    return Number((await this.head()).timestamp);
  }

  head(): Promise<Pick<RawBlock, 'number' | 'hash' | 'timestamp'>> {
    return this.node.rpc<RawBlock>('eth_getBlockByNumber', ['latest', false]);
  }

  /** Every arrival on the canonical chain, in its order. */
  async arrivals(): Promise<Arrival[]> {
    return (await this.blocks.branch()).flatMap(({ arrivals }) => arrivals);
  }

  /** What some have paid for gas on the canonical chain, in wei. @param payers lower-case */
  async feesOf(payers: ReadonlySet<string>): Promise<bigint> {
    const fees = (await this.blocks.branch()).flatMap((block) => block.fees);
    return fees.filter(({ from }) => payers.has(from)).reduce((sum, { wei }) => sum + wei, 0n);
  }

  async stop(): Promise<void> {
    await Promise.all(this.endpoints.map((endpoint) => endpoint.die()));
    await this.node.stop();
  }

  /** A node dates its blocks by its own clock, which may be ahead of ours after many of them. */
  private async noteTime(): Promise<void> {
    const time = await this.headTime();
    this.latestTime = Math.max(this.latestTime, time);
    if (time > this.clock.seconds) this.clock.pass(time - this.clock.seconds);
  }
}
