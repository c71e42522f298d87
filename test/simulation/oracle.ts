import { toQuantity } from 'ethers';
import { PayerContract } from '../harness/payer-contract.js';
import { type TestChain } from '../harness/test-chain.js';

/** A movement of money to one of the payments' addresses, as the canonical chain has it. */
export interface Arrival {
  /** Lower-case. */
  to: string;
  txHash: string;
  ordinal: number;
  kind: 'native' | 'erc20' | 'internal';
  amount: bigint;
  blockNumber: number;
  blockHash: string;
  /** Seconds. */
  blockTime: number;
}

/** What a payment asks for, as the merchant was told. */
export interface Asked {
  /** Lower-case. */
  address: string;
  isToken: boolean;
  amount: bigint;
  /** Seconds. */
  expiresAt: number;
}

/** What a deposit is called, wherever it is mined. */
export function creditOf({ txHash, ordinal, kind }: Pick<Arrival, 'txHash' | 'ordinal' | 'kind'>): string {
  return `${txHash} ${ordinal} ${kind}`;
}

export interface Expected {
  arrivals: Arrival[];
  counted: Arrival[];
  received: bigint;
  exception: 'overpaid' | 'late' | 'underpaid' | null;
  /** Where nothing but this can be, whatever happened on the way. */
  status: 'pending' | 'partially_paid' | 'confirmed' | 'expired';
}

interface Log {
  address: string;
  topics: string[];
  data: string;
}

interface Receipt {
  transactionHash: string;
  status: string;
  logs: Log[];
}

interface RawBlock {
  number: string;
  hash: string;
  timestamp: string;
  transactions: { hash: string; from: string; to: string | null; value: string; input: string }[];
}

interface ReadBlock {
  hash: string;
  arrivals: Arrival[];
}

const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

/** Reads a chain from its node, block by block with its receipts, in the plainest way there is. */
export class Oracle {
  /** From `fromBlock` on, as far as it was read. */
  private readonly canonical: ReadBlock[] = [];

  constructor(
    private readonly chain: TestChain,
    private readonly payer: PayerContract,
    private readonly fromBlock: number,
    /** What these send is no customer's money; lower-case. */
    private readonly ours: ReadonlySet<string>,
  ) {}

  /** Every arrival at these addresses on the canonical chain, in its order. */
  async arrivals(addresses: ReadonlySet<string>): Promise<Arrival[]> {
    await this.follow();
    return this.canonical.flatMap(({ arrivals }) => arrivals.filter(({ to }) => addresses.has(to)));
  }

  /** Reads from the head down to where what was read before goes on as it was. */
  private async follow(): Promise<void> {
    const newer: ReadBlock[] = [];
    let block = await this.blockAt('latest');
    this.canonical.length = Math.min(this.canonical.length, Number(block.number) - this.fromBlock + 1);
    for (;;) {
      const place = Number(block.number) - this.fromBlock;
      if (place < 0 || this.canonical[place]?.hash === block.hash) break;
      newer.push({ hash: block.hash, arrivals: await this.read(block) });
      this.canonical.length = Math.min(this.canonical.length, place);
      if (place === 0) break;
      block = await this.blockAt(toQuantity(Number(block.number) - 1));
    }
    this.canonical.push(...newer.reverse());
  }

  private blockAt(which: string): Promise<RawBlock> {
    return this.chain.rpc<RawBlock>('eth_getBlockByNumber', [which, true]);
  }

  async headTime(): Promise<number> {
    return Number((await this.chain.rpc<RawBlock>('eth_getBlockByNumber', ['latest', false])).timestamp);
  }

  private async read(block: RawBlock): Promise<Arrival[]> {
    const arrivals: Arrival[] = [];
    const sent = block.transactions.filter(({ from }) => !this.ours.has(from.toLowerCase()));
    const receipts =
      sent.length === 0 ? [] : await this.chain.rpc<Receipt[]>('eth_getBlockReceipts', [block.number]);
    for (const { hash, to, value, input } of sent) {
      const receipt = receipts.find(({ transactionHash }) => transactionHash === hash) as Receipt;
      if (Number(receipt.status) === 0) continue;
      const where = {
        txHash: hash.toLowerCase(),
        blockNumber: Number(block.number),
        blockHash: block.hash,
        blockTime: Number(block.timestamp),
      };
      if (to !== null)
        arrivals.push({ ...where, to: to.toLowerCase(), ordinal: 0, kind: 'native', amount: BigInt(value) });
      if (to?.toLowerCase() === this.payer.address.toLowerCase()) {
        const sent = PayerContract.transfersOf(input);
        arrivals.push(...sent.map((transfer) => ({ ...where, ...transfer, kind: 'internal' as const })));
      }
      receipt.logs.forEach((log, ordinal) => {
        if (log.topics[0] !== TRANSFER || log.address.toLowerCase() !== this.chain.token.toLowerCase())
          return;
        const recipient = `0x${(log.topics[2] as string).slice(26).toLowerCase()}`;
        arrivals.push({ ...where, to: recipient, ordinal, kind: 'erc20', amount: BigInt(log.data) });
      });
    }
    return arrivals.filter(({ amount }) => amount > 0n);
  }
}

/**
 * What must have become of a payment, by what is on the chain when everything is deep enough.
 * @param accepted late deposits that the merchant accepted, by `creditOf`
 * @param promisedBack what of it goes back, or has gone, and was asked for before it was confirmed: it pays for nothing
 */
export function expected(
  asked: Asked,
  all: readonly Arrival[],
  headTime: number,
  lateWatchSeconds: number,
  accepted: ReadonlySet<string>,
  promisedBack = 0n,
): Expected {
  const arrivals = all.filter(({ to }) => to === asked.address);
  const counted = arrivals.filter(
    (arrival) =>
      (arrival.kind === 'erc20') === asked.isToken &&
      (arrival.blockTime <= asked.expiresAt + lateWatchSeconds || accepted.has(creditOf(arrival))),
  );
  const received = counted.reduce((sum, { amount }) => sum + amount, 0n);
  const hasLate = counted.some(({ blockTime }) => blockTime > asked.expiresAt);
  const closesAt = hasLate ? asked.expiresAt + lateWatchSeconds : asked.expiresAt;
  const isOver = headTime > closesAt;
  const status = statusOf(received, received - promisedBack, asked.amount, isOver);
  return {
    arrivals,
    counted,
    received,
    status,
    exception: exceptionOf(asked, counted, received, isOver, hasLate),
  };
}

/** What is kept decides whether it is paid; one that received money and gave all of it back is no longer as it was made. */
function statusOf(received: bigint, kept: bigint, due: bigint, isOver: boolean): Expected['status'] {
  if (kept >= due) return 'confirmed';
  if (isOver) return 'expired';
  return received === 0n ? 'pending' : 'partially_paid';
}

function exceptionOf(
  asked: Asked,
  counted: readonly Arrival[],
  received: bigint,
  isOver: boolean,
  hasLate: boolean,
): Expected['exception'] {
  if (received > asked.amount) return 'overpaid';
  if (received === asked.amount) {
    // In chain order, the last one is what made it whole.
    return (counted.at(-1) as Arrival).blockTime > asked.expiresAt ? 'late' : null;
  }
  if (received === 0n) return null;
  if (isOver) return 'underpaid';
  return hasLate ? 'late' : null;
}
