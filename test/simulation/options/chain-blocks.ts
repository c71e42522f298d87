import { type TestChain } from '../../harness/test-chain.js';
import { type SimulatedAsset } from './priced-chain.js';

const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** A movement of money, as the canonical chain has it. */
export interface Arrival {
  asset: SimulatedAsset;
  /** Lower-case. */
  to: string;
  txHash: string;
  ordinal: number;
  kind: 'native' | 'erc20';
  amount: bigint;
  blockNumber: number;
  blockHash: string;
  /** Seconds. */
  blockTime: number;
}

export interface RawBlock {
  number: string;
  hash: string;
  parentHash: string;
  timestamp: string;
  transactions: { hash: string; from: string; to: string | null; value: string }[];
}

interface Receipt {
  transactionHash: string;
  from: string;
  status: string;
  gasUsed: string;
  effectiveGasPrice: string;
  logs: { address: string; topics: string[]; data: string }[];
}

/** What a block of it says. */
export interface KnownBlock {
  block: RawBlock;
  arrivals: Arrival[];
  /** What gas cost in it, in wei; by whom, lower-case. */
  fees: { from: string; wei: bigint }[];
}

/** The canonical branch of a chain, read in the plainest way. */
export class ChainBlocks {
  private readonly blocks = new Map<string, KnownBlock>();

  constructor(
    private readonly node: TestChain,
    private readonly assets: readonly SimulatedAsset[],
    /** What is below is of no interest. */
    private readonly base: number,
  ) {}

  /** The canonical chain above its base, in order. */
  async branch(): Promise<KnownBlock[]> {
    const branch: KnownBlock[] = [];
    let { hash } = await this.node.rpc<RawBlock>('eth_getBlockByNumber', ['latest', false]);
    for (;;) {
      const known = this.blocks.get(hash) ?? (await this.read(hash));
      if (Number(known.block.number) <= this.base) return branch.reverse();
      branch.push(known);
      hash = known.block.parentHash;
    }
  }

  private async read(hash: string): Promise<KnownBlock> {
    const block = await this.node.rpc<RawBlock>('eth_getBlockByHash', [hash, true]);
    const receipts =
      block.transactions.length === 0
        ? []
        : await this.node.rpc<Receipt[]>('eth_getBlockReceipts', [block.number]);
    const where = {
      blockNumber: Number(block.number),
      blockHash: block.hash,
      blockTime: Number(block.timestamp),
    };
    const native = this.assets[0] as SimulatedAsset;
    const arrivals = block.transactions.flatMap(({ hash: txHash, from, to, value }): Arrival[] => {
      // Customers all pay by one account; what others send is ours.
      if (from.toLowerCase() !== this.node.payer.toLowerCase()) return [];
      const receipt = receipts.find((one) => one.transactionHash === txHash) as Receipt;
      if (Number(receipt.status) === 0) return [];
      const sent = { ...where, txHash: txHash.toLowerCase() };
      const amount = BigInt(value);
      const inNative: Arrival[] =
        to === null || amount === 0n
          ? []
          : [{ ...sent, asset: native, to: to.toLowerCase(), ordinal: 0, kind: 'native', amount }];
      return [
        ...inNative,
        ...receipt.logs.flatMap(({ address, topics, data }, ordinal): Arrival[] => {
          const asset = this.assets.find((one) => one.address === address.toLowerCase());
          if (topics[0] !== TRANSFER || asset === undefined || BigInt(data) === 0n) return [];
          const recipient = `0x${(topics[2] as string).slice(26).toLowerCase()}`;
          return [{ ...sent, asset, to: recipient, ordinal, kind: 'erc20', amount: BigInt(data) }];
        }),
      ];
    });
    const fees = receipts.map(({ from, gasUsed, effectiveGasPrice }) => ({
      from: from.toLowerCase(),
      wei: BigInt(gasUsed) * BigInt(effectiveGasPrice),
    }));
    const known = { block, arrivals, fees };
    this.blocks.set(hash, known);
    return known;
  }
}
