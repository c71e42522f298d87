import { Interface } from 'ethers';
import { UnreadableBalanceError } from '../transfers/balances.js';
import { isAbsurdAmount } from '../tokens/absurd-amount.js';
import { type Broadcast, broadcastToAll } from './broadcast-to-all.js';
import { type ChainEvidence } from './chain-evidence.js';
import { DataFees } from './data-fees.js';
import { type RawReceipt } from '../blocks/raw-block.js';
import { pricePaid } from './price-paid.js';
import { requireCostsRead } from '../blocks/costs-read.js';
import { type Receipt, receiptFrom } from './receipt.js';
import { type GasQuote, GasQuotes, middle } from './gas-quote.js';
import { isRevert } from './reverted-call.js';
import { agreed, DisagreementError, most, oneOf } from './disagreement.js';
import { type Call, rawCall } from './raw-call.js';
import { tryCall } from './trials.js';
import { type Rpc } from '../rpc/rpc-endpoint.js';
import { RpcError } from '../rpc/rpc-error.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { type Address, type Asset, type TokenAddress } from '../../ids/ids.js';

const erc20 = new Interface(['function balanceOf(address) view returns (uint256)']);

export { type Call } from './raw-call.js';
export { type Receipt } from './receipt.js';

/**
 * The block after which something is read: its hash, so that a node that is behind or on another branch has no answer
 * where it would have a wrong one (EIP-1898). `latest` is whatever a node has last: good for guesses alone.
 */
export type ReadAfter = string;

/** Base units, and how many endpoints say so. */
export interface Said {
  amount: bigint;
  endpoints: number;
}

/** More than any chain lets a block have: 2^53 gas. */
const MOST_GAS = 2n ** 53n;

export interface CallOptions {
  codes?: Record<string, string>;
  /** As of `estimateGas`. */
  after?: ReadAfter;
  refusalIn?: (answer: string) => string | null;
}

export { CallRevertedError } from './trials.js';
export { DisagreementError } from './disagreement.js';

export { type GasQuote } from './gas-quote.js';

/** What sending money asks of a chain. All throw RpcError when no endpoint answers. */
export class ChainAccounts {
  private readonly dataFees: DataFees;
  private readonly gasQuotes: GasQuotes;

  /** @param evidence what decides of native money where endpoints contradict each other */
  constructor(
    private readonly rpc: RpcPool,
    private readonly evidence?: Pick<ChainEvidence, 'account'>,
  ) {
    this.dataFees = new DataFees(rpc);
    this.gasQuotes = new GasQuotes(rpc);
  }

  gasQuote(): Promise<GasQuote> {
    return this.gasQuotes.read();
  }

  /** What a block takes now: of what all endpoints say the middle, of two the lower. */
  async blockGas(): Promise<bigint> {
    const method = 'eth_getBlockByNumber';
    const heads = await this.rpc.fromEveryEndpoint((rpc) => rpc.call(method, ['latest', false]), method);
    // A chain that sets no limit takes any gas.
    return middle(heads.map(({ gasLimit }) => gasLimit ?? MOST_GAS));
  }

  /** What a transaction costs besides its gas, in wei, if it uses all it allows. @param unsigned its bytes, 0x-hex */
  dataFee(unsigned: string): Promise<bigint> {
    return this.dataFees.of(unsigned);
  }

  /** Transactions mined of an address, without what waits to be. */
  nonce(address: Address, after: ReadAfter): Promise<number> {
    return this.rpc.call('eth_getTransactionCount', [address, blockOf(after)]);
  }

  /** As `nonce`, of every endpoint. @throws DisagreementError */
  async nonceByAll(address: Address, after: ReadAfter): Promise<number> {
    const method = 'eth_getTransactionCount';
    const answers = await this.rpc.fromEveryEndpoint(
      (rpc) => rpc.call(method, [address, blockOf(after)]),
      method,
      { isEvenOld: after !== 'latest' },
    );
    // Of what is newest, endpoints may say different things: then the first is taken.
    return after === 'latest' ? (answers[0] as number) : agreed(method, answers);
  }

  /** What each endpoint that answers says now of how many transactions of an address were mined. */
  nonces(address: Address): Promise<number[]> {
    const method = 'eth_getTransactionCount';
    return this.rpc.fromEveryEndpoint((rpc) => rpc.call(method, [address, 'latest']), method);
  }

  /** As `balanceOf`, the amount alone. */
  async balance(
    address: Address,
    tokenAddress: Asset,
    after: ReadAfter,
    expected: bigint | null = null,
  ): Promise<bigint> {
    return (await this.balanceOf(address, tokenAddress, after, expected)).amount;
  }

  /**
   * What is expected is believed of any endpoint; anything else, more or less, has to be said by every endpoint that
   * answers, or, of native money, be proved by the block's state. Of what is newest the most that any of them says.
   * @param tokenAddress null: the native asset
   * @param expected base units that are there by what we know; null: we do not know
   * @throws UnreadableBalanceError when the token's contract does not say, or says more than there can be; DisagreementError
   */
  async balanceOf(
    address: Address,
    tokenAddress: Asset,
    after: ReadAfter,
    expected: bigint | null,
  ): Promise<Said> {
    const read = async (rpc: Rpc) => {
      const said = await balanceSaid(rpc, address, tokenAddress, after);
      // Whoever knows of so much takes it as it is; to all others it says nothing.
      return said !== null && said !== expected && isAbsurdAmount(tokenAddress, said) ? null : said;
    };
    const what = tokenAddress === null ? 'eth_getBalance' : 'eth_call';
    if (expected !== null && (await this.rpc.fromOneEndpoint(read, what)) === expected)
      return { amount: expected, endpoints: 1 };
    const answers = await this.rpc.fromEveryEndpoint(read, what, { isEvenOld: after !== 'latest' });
    if (expected !== null && answers.includes(expected)) return { amount: expected, endpoints: 1 };
    const amount = after === 'latest' ? most(answers) : oneOf(answers);
    if (amount === undefined) {
      const proven = tokenAddress === null ? await this.evidence?.account({ hash: after }, address) : null;
      if (proven == null) throw new DisagreementError(what, answers);
      return { amount: proven.balance, endpoints: answers.length };
    }
    if (amount === null) throw new UnreadableBalanceError(tokenAddress as TokenAddress, address);
    return { amount, endpoints: answers.length };
  }

  /**
   * 0x-hex, lower-case; of an address that has delegated `0xef0100…` (EIP-7702), of others without code `0x`. Every
   * endpoint that answers has to say the same.
   * @throws DisagreementError
   */
  async code(address: Address, after: ReadAfter): Promise<string> {
    const method = 'eth_getCode';
    const read = (rpc: Rpc) => rpc.call(method, [address, blockOf(after)]);
    return agreed(method, await this.rpc.fromEveryEndpoint(read, method, { isEvenOld: after !== 'latest' }));
  }

  /**
   * @param after hash of a block after which it has to fail as well before it is said to
   * @throws CallRevertedError
   */
  estimateGas(call: Call, after: ReadAfter = 'latest'): Promise<bigint> {
    const method = 'eth_estimateGas';
    return tryCall(this.rpc, {
      method,
      call: rawCall(call),
      overrides: [],
      refusalIn: () => null,
      after: hashOf(after),
    });
  }

  /**
   * @param codes what to take for the code of addresses, 0x-hex (geth's state overrides)
   * @param refusalIn why what it returns is a refusal; null: it is none
   * @returns what it returns, 0x-hex
   * @throws CallRevertedError
   */
  call(
    call: Call,
    { codes = {}, after = 'latest', refusalIn = () => null }: CallOptions = {},
  ): Promise<string> {
    const known = Object.entries(codes).map(([address, code]) => [address, { code }] as const);
    const overrides = known.length === 0 ? [] : [Object.fromEntries(known)];
    const method = 'eth_call';
    return tryCall(this.rpc, { method, call: rawCall(call), overrides, refusalIn, after: hashOf(after) });
  }

  /** Null: the first endpoint that answered does not show it as mined, which says little: it may index later, or never. */
  async receipt(hash: string): Promise<Receipt | null> {
    const raw = await this.rpc.call('eth_getTransactionReceipt', [hash], requireTold);
    return raw === null ? null : this.receiptFrom(raw);
  }

  /** As every endpoint that answers shows it; where none does, that still proves nothing: blocks do. */
  async receiptsAnywhere(hash: string): Promise<Receipt[]> {
    const method = 'eth_getTransactionReceipt';
    const read = async (rpc: Rpc) => {
      const raw = await rpc.call(method, [hash]);
      requireTold(raw);
      return raw;
    };
    const answers = await this.rpc.fromEveryEndpoint(read, method, { isEvenOld: true });
    const shown = answers.filter((answer) => answer !== null);
    return Promise.all(shown.map((raw) => this.receiptFrom(raw)));
  }

  private async receiptFrom(raw: RawReceipt): Promise<Receipt> {
    return receiptFrom(raw, raw.effectiveGasPrice ?? (await pricePaid(this.rpc, raw.transactionHash)));
  }

  /** @returns the best that any endpoint made of it, and its own words where it refused. Throws nothing. */
  broadcast(raw: string): Promise<Broadcast> {
    return broadcastToAll(this.rpc, raw);
  }
}

/** Where an endpoint tells of a cost in a form that is not known, the next one is asked. */
function requireTold(raw: RawReceipt | null): void {
  if (raw !== null) requireCostsRead(raw);
}

/** Null: the contract refuses, or is not there and returns nothing, which is not the number 0. */
async function balanceSaid(
  rpc: Rpc,
  address: Address,
  tokenAddress: Asset,
  after: ReadAfter,
): Promise<bigint | null> {
  if (tokenAddress === null) return rpc.call('eth_getBalance', [address, blockOf(after)]);
  const data = erc20.encodeFunctionData('balanceOf', [address]);
  try {
    const answer = await rpc.call('eth_call', [{ to: tokenAddress, data }, blockOf(after)]);
    return /^0x[0-9a-f]{64}/i.test(answer) ? BigInt(answer.slice(0, 66)) : null;
  } catch (error) {
    if (error instanceof RpcError && isRevert(error)) return null;
    throw error;
  }
}

/** Null: of the newest. */
function hashOf(after: ReadAfter): string | null {
  return after === 'latest' ? null : after;
}

function blockOf(after: ReadAfter): string | { blockHash: string } {
  return after === 'latest' ? after : { blockHash: after };
}
