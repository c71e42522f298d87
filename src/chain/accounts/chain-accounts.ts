import { type Authorization, Interface, toQuantity } from 'ethers';
import { type BroadcastOutcome, refusedAs } from '../rpc/broadcast.js';
import { DataFees } from './data-fees.js';
import { type RawHeader } from '../blocks/raw-block.js';
import { UnreadableBalanceError } from '../transfers/balances.js';
import { type RawOutcome, type Receipt, receiptFrom } from './receipt.js';
import { isRevert, wordsOf } from './reverted-call.js';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { type RpcPool } from '../rpc/rpc-pool.js';

const erc20 = new Interface(['function balanceOf(address) view returns (uint256)']);

/** What gas costs now, wei per gas. */
export interface GasQuote {
  /** Null: the chain has no EIP-1559. */
  baseFee: bigint | null;
  /** What miners want on top; where there is no base fee, the whole price. */
  tip: bigint;
}

export interface Call {
  from: string;
  /** Null: it makes a contract. */
  to: string | null;
  value?: bigint;
  data?: string;
  /** Applied before it (EIP-7702). */
  authorizations?: readonly Authorization[];
}

export { type Receipt } from './receipt.js';

/**
 * The block after which something is read: its hash, so that a node that is behind or on another branch has no answer
 * where it would have a wrong one (EIP-1898). `latest` is whatever a node has last: good for guesses alone.
 */
export type ReadAfter = string;

/** The call would fail; the message says why, as it goes on after a colon. */
export class CallRevertedError extends Error {}

/** Base units, and how many endpoints say so. */
export interface Said {
  amount: bigint;
  endpoints: number;
}

/** Endpoints say different things of one and the same block. */
export class DisagreementError extends RpcError {
  constructor(method: string, answers: readonly string[]) {
    super(
      'the pool',
      method,
      `endpoints contradict each other about one block: ${[...new Set(answers)].join(', ')}`,
    );
  }
}

/** What sending money asks of a chain. All throw RpcError when no endpoint answers. */
export class ChainAccounts {
  private readonly dataFees: DataFees;

  constructor(private readonly rpc: RpcPool) {
    this.dataFees = new DataFees(rpc);
  }

  async gasQuote(): Promise<GasQuote> {
    const head = await this.rpc.call<RawHeader & { baseFeePerGas?: string }>('eth_getBlockByNumber', [
      'latest',
      false,
    ]);
    if (head.baseFeePerGas === undefined) {
      return { baseFee: null, tip: BigInt(await this.rpc.call<string>('eth_gasPrice', [])) };
    }
    return {
      baseFee: BigInt(head.baseFeePerGas),
      tip: BigInt(await this.rpc.call<string>('eth_maxPriorityFeePerGas', [])),
    };
  }

  /** What a block takes now. */
  async blockGas(): Promise<bigint> {
    const head = await this.rpc.call<RawHeader & { gasLimit: string }>('eth_getBlockByNumber', [
      'latest',
      false,
    ]);
    return BigInt(head.gasLimit);
  }

  /** What a transaction costs besides its gas, in wei, if it uses all it allows. @param unsigned its bytes, 0x-hex */
  dataFee(unsigned: string): Promise<bigint> {
    return this.dataFees.of(unsigned);
  }

  /** Transactions mined of an address, without what waits to be. */
  async nonce(address: string, after: ReadAfter): Promise<number> {
    return Number(await this.rpc.call<string>('eth_getTransactionCount', [address, blockOf(after)]));
  }

  /** As `nonce`, of every endpoint. @throws DisagreementError */
  async nonceByAll(address: string, after: ReadAfter): Promise<number> {
    const params = [address, blockOf(after)];
    return Number(await this.unanimous('eth_getTransactionCount', params, after));
  }

  /** As `balanceOf`, the amount alone. */
  async balance(
    address: string,
    tokenAddress: string | null,
    after: ReadAfter,
    atLeast = 1n,
  ): Promise<bigint> {
    return (await this.balanceOf(address, tokenAddress, after, atLeast)).amount;
  }

  /**
   * As much as is expected is believed of any endpoint; less has to be said by every endpoint that answers.
   * @param tokenAddress null: the native asset
   * @param atLeast base units that should be there by what we know
   * @throws UnreadableBalanceError when the token's contract does not say; DisagreementError
   */
  async balanceOf(
    address: string,
    tokenAddress: string | null,
    after: ReadAfter,
    atLeast: bigint,
  ): Promise<Said> {
    const data = erc20.encodeFunctionData('balanceOf', [address]);
    const [method, params] =
      tokenAddress === null
        ? ['eth_getBalance', [address, blockOf(after)]]
        : ['eth_call', [{ to: tokenAddress, data }, blockOf(after)]];
    const first = amountIn(await this.rpc.call<string>(method, params), tokenAddress);
    if (first !== null && first >= atLeast) return { amount: first, endpoints: 1 };
    const answers = await this.everyAnswer(method, params);
    const enough = answers
      .map((answer) => amountIn(answer, tokenAddress))
      .find((amount) => amount !== null && amount >= atLeast);
    if (enough !== undefined && enough !== null) return { amount: enough, endpoints: 1 };
    const amount = amountIn(oneOf(method, answers, after), tokenAddress);
    if (amount === null) throw new UnreadableBalanceError(tokenAddress as string, address);
    return { amount, endpoints: answers.length };
  }

  /**
   * 0x-hex, lower-case; of an address that has delegated `0xef0100…` (EIP-7702), of others without code `0x`. That there
   * is none is asked of every endpoint.
   */
  async code(address: string, after: ReadAfter): Promise<string> {
    const params = [address, blockOf(after)];
    const first = await this.rpc.call<string>('eth_getCode', params);
    const code = first === '0x' ? await this.unanimous('eth_getCode', params, after) : first;
    return code.toLowerCase();
  }

  private async unanimous(method: string, params: unknown[], after: ReadAfter): Promise<string> {
    return oneOf(method, await this.everyAnswer(method, params), after);
  }

  private everyAnswer(method: string, params: unknown[]): Promise<string[]> {
    return this.rpc.fromEveryEndpoint((rpc) => rpc.call<string>(method, params), method);
  }

  /** @throws CallRevertedError */
  async estimateGas(call: Call): Promise<bigint> {
    return BigInt(await this.tried<string>('eth_estimateGas', [rawCall(call)]));
  }

  /**
   * @param codes what to take for the code of addresses, 0x-hex (geth's state overrides)
   * @returns what it returns, 0x-hex
   * @throws CallRevertedError
   */
  call(call: Call, codes: Record<string, string> = {}): Promise<string> {
    const overrides = Object.entries(codes).map(([address, code]) => [address, { code }] as const);
    const known = overrides.length === 0 ? [] : [Object.fromEntries(overrides)];
    return this.tried<string>('eth_call', [rawCall(call), 'latest', ...known]);
  }

  /** Null: the first endpoint that answered does not show it as mined, which says little: it may index later, or never. */
  async receipt(hash: string): Promise<Receipt | null> {
    const raw = await this.rpc.call<RawOutcome | null>('eth_getTransactionReceipt', [hash]);
    return raw === null ? null : receiptFrom(raw);
  }

  /** As every endpoint that answers shows it; where none does, that still proves nothing: blocks do. */
  async receiptsAnywhere(hash: string): Promise<Receipt[]> {
    const answers = await this.rpc.fromEveryEndpoint(
      (rpc) => rpc.call<RawOutcome | null>('eth_getTransactionReceipt', [hash]),
      'eth_getTransactionReceipt',
    );
    return answers.filter((answer) => answer !== null).map(receiptFrom);
  }

  /** @returns what the node made of it, and its own words where it refused. Throws nothing. */
  async broadcast(raw: string): Promise<{ outcome: BroadcastOutcome; words: string | null }> {
    try {
      await this.rpc.call('eth_sendRawTransaction', [raw]);
      return { outcome: 'accepted', words: null };
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return { outcome: refusedAs(error.message), words: error.message };
    }
  }

  private async tried<T>(method: string, params: unknown[]): Promise<T> {
    try {
      return await (this.rpc as Rpc).call<T>(method, params);
    } catch (error) {
      if (!(error instanceof RpcError) || !isRevert(error)) throw error;
      throw new CallRevertedError(wordsOf(error));
    }
  }
}

/** Of what is newest, endpoints may say different things: then the first is taken. @throws DisagreementError */
function oneOf(method: string, answers: readonly string[], after: ReadAfter): string {
  const [first] = answers as [string];
  if (after !== 'latest' && answers.some((answer) => answer !== first)) {
    throw new DisagreementError(method, answers);
  }
  return first;
}

/** Null: a contract that is not there returns nothing, which is not the number 0. */
function amountIn(answer: string, tokenAddress: string | null): bigint | null {
  if (tokenAddress === null) return BigInt(answer);
  return /^0x[0-9a-f]{64}/i.test(answer) ? BigInt(answer.slice(0, 66)) : null;
}

function blockOf(after: ReadAfter): string | { blockHash: string } {
  return after === 'latest' ? after : { blockHash: after };
}

function rawCall({ from, to, value = 0n, data = '0x', authorizations = [] }: Call) {
  const call = { from, ...(to === null ? {} : { to }), value: `0x${value.toString(16)}`, data };
  if (authorizations.length === 0) return call;
  const authorizationList = authorizations.map(
    ({ address, nonce, chainId, signature: { r, s, yParity } }) => ({
      chainId: toQuantity(chainId),
      address,
      nonce: toQuantity(nonce),
      yParity: toQuantity(yParity),
      r: toQuantity(r),
      s: toQuantity(s),
    }),
  );
  return { ...call, authorizationList };
}
