import { type Authorization, Interface, toQuantity } from 'ethers';
import { balanceAt } from '../transfers/balances.js';
import { type BroadcastOutcome, refusedAs } from '../rpc/broadcast.js';
import { DataFees } from './data-fees.js';
import { type RawLog } from '../blocks/raw-block.js';
import { feeOf } from './receipt-fee.js';
import { isRevert, wordsOf } from './reverted-call.js';
import { type AnswerOf, type ParamsOf } from '../rpc/methods.js';
import { RpcError } from '../rpc/rpc-error.js';
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

/** What became of a transaction in a block. Amounts in wei. */
export interface Receipt {
  txHash: string;
  blockNumber: number;
  blockHash: string;
  succeeded: boolean;
  gasUsed: number;
  effectiveGasPrice: bigint;
  /** All that it cost: gas, and on the OP stack what its data costs on the chain below, and the operator's fee. */
  fee: bigint;
  logs: RawLog[];
}

/** More than any chain lets a block have: 2^53 gas. */
const MOST_GAS = 2n ** 53n;

/** The call would fail; the message says why, as it goes on after a colon. */
export class CallRevertedError extends Error {}

/** What sending money asks of a chain. All throw RpcError when no endpoint answers. */
export class ChainAccounts {
  private readonly dataFees: DataFees;

  constructor(private readonly rpc: RpcPool) {
    this.dataFees = new DataFees(rpc);
  }

  async gasQuote(): Promise<GasQuote> {
    const head = await this.rpc.call('eth_getBlockByNumber', ['latest', false]);
    if (head.baseFeePerGas === undefined) {
      return { baseFee: null, tip: await this.rpc.call('eth_gasPrice', []) };
    }
    return {
      baseFee: head.baseFeePerGas,
      tip: await this.rpc.call('eth_maxPriorityFeePerGas', []),
    };
  }

  /** What a block takes now. */
  async blockGas(): Promise<bigint> {
    const head = await this.rpc.call('eth_getBlockByNumber', ['latest', false]);
    // A chain that sets no limit takes any gas.
    return head.gasLimit ?? MOST_GAS;
  }

  /** What a transaction costs besides its gas, in wei, if it uses all it allows. @param unsigned its bytes, 0x-hex */
  dataFee(unsigned: string): Promise<bigint> {
    return this.dataFees.of(unsigned);
  }

  /** @param at a block's number; left out: now, without what waits to be mined */
  async nonce(address: string, at?: number): Promise<number> {
    const block = at === undefined ? 'latest' : `0x${at.toString(16)}`;
    return this.rpc.call('eth_getTransactionCount', [address, block]);
  }

  /**
   * @param tokenAddress null: the native asset
   * @param blockHash of the block after which (EIP-1898); left out: now
   */
  async balance(address: string, tokenAddress: string | null, blockHash?: string): Promise<bigint> {
    const block = blockHash === undefined ? 'latest' : { blockHash };
    if (tokenAddress === null) {
      return blockHash === undefined
        ? await this.rpc.call('eth_getBalance', [address, block])
        : balanceAt(this.rpc, blockHash, address);
    }
    const data = erc20.encodeFunctionData('balanceOf', [address]);
    const answer = await this.rpc.call('eth_call', [{ to: tokenAddress, data }, block]);
    return /^0x[0-9a-f]{64}$/i.test(answer) ? BigInt(answer) : 0n;
  }

  async hasCode(address: string): Promise<boolean> {
    return (await this.code(address)) !== '0x';
  }

  /** 0x-hex, lower-case; of an address that has delegated `0xef0100…` (EIP-7702), of others without code `0x`. */
  async code(address: string): Promise<string> {
    return await this.rpc.call('eth_getCode', [address, 'latest']);
  }

  /** @throws CallRevertedError */
  async estimateGas(call: Call): Promise<bigint> {
    return this.tried('eth_estimateGas', [rawCall(call)]);
  }

  /**
   * @param codes what to take for the code of addresses, 0x-hex (geth's state overrides)
   * @returns what it returns, 0x-hex
   * @throws CallRevertedError
   */
  call(call: Call, codes: Record<string, string> = {}): Promise<string> {
    const overrides = Object.entries(codes).map(([address, code]) => [address, { code }] as const);
    const known = overrides.length === 0 ? [] : [Object.fromEntries(overrides)];
    return this.tried('eth_call', [rawCall(call), 'latest', ...known]);
  }

  /** Null: no endpoint that answered knows it as mined. */
  async receipt(hash: string): Promise<Receipt | null> {
    const raw = await this.rpc.call('eth_getTransactionReceipt', [hash]);
    if (raw === null) return null;
    const effectiveGasPrice = raw.effectiveGasPrice ?? (await this.pricePaid(hash));
    return {
      txHash: raw.transactionHash,
      blockNumber: raw.blockNumber,
      blockHash: raw.blockHash,
      succeeded: raw.status === 1,
      gasUsed: Number(raw.gasUsed),
      effectiveGasPrice,
      fee: feeOf(raw, effectiveGasPrice),
      logs: raw.logs,
    };
  }

  /** Nodes that leave it out of the receipt tell it with the transaction. Wei per gas. */
  private async pricePaid(hash: string): Promise<bigint> {
    const transaction = await this.rpc.call('eth_getTransactionByHash', [hash]);
    if (transaction?.gasPrice !== undefined) return transaction.gasPrice;
    throw new RpcError('the node', 'eth_getTransactionReceipt', 'it does not tell the price of its gas');
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

  private async tried<M extends 'eth_call' | 'eth_estimateGas'>(
    method: M,
    params: unknown[],
  ): Promise<AnswerOf<M, ParamsOf<M>>> {
    try {
      return await this.rpc.call<M, ParamsOf<M>>(method, params as unknown as ParamsOf<M>);
    } catch (error) {
      if (!(error instanceof RpcError) || !isRevert(error)) throw error;
      throw new CallRevertedError(wordsOf(error));
    }
  }
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
