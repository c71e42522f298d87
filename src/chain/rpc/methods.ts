import { type RawBlock, type RawFoundTransaction, type RawFullHeader } from './answers/raw-block.js';
import { block, foundTransaction, header } from './answers/blocks.js';
import { logs, receipt } from './answers/receipts.js';
import {
  address,
  count,
  data,
  hash,
  list,
  nullable,
  object,
  optional,
  quantity,
  type Reader,
  txHash,
  unexpected,
} from './answers/shape.js';
import { parityTraces, tracedBlock, tracedTransaction } from './answers/traces.js';
import { type Address } from '../../ids/ids.js';

/** How the answer of a method is read. */
interface Method<T> {
  /** @throws NotAsExpected when it has another form, or is about something else than was asked for */
  read: (answer: unknown, params: readonly unknown[]) => T;
  /** Of the answer as it comes: one that is longer is cut off, and counts as none. */
  mostBytes: number;
}

const MEBIBYTE = 2 ** 20;
/** A number, a hash, and room for what some proxies wrap around it. */
const SHORT = MEBIBYTE / 16;
/** Blocks of 300 million gas hold up to 20 MB of data, twice that in hexadecimal; receipts of them hold as much. */
const LONG = 128 * MEBIBYTE;

/** Every method that is ever called, with the form of its answer: nothing else of an answer is seen by anybody. */
const METHODS = {
  eth_chainId: method(count, SHORT),
  eth_blockNumber: method(count, SHORT),
  eth_getBlockByNumber: { read: blockByNumber, mostBytes: LONG } as Method<RawBlock | RawFullHeader | null>,
  eth_getBlockByHash: { read: blockByHash, mostBytes: LONG } as Method<RawBlock | RawFullHeader | null>,
  eth_getBlockReceipts: method(nullable(list(nullable(receipt))), LONG),
  eth_getTransactionReceipt: {
    read: (answer: unknown, [asked]: readonly unknown[]) =>
      about(asked, nullable(receipt)(answer), (it) => it.transactionHash),
    mostBytes: LONG,
  },
  eth_getTransactionByHash: {
    read: (answer: unknown, [asked]: readonly unknown[]): RawFoundTransaction | null =>
      about(asked, nullable(foundTransaction)(answer), (it) => it.hash),
    mostBytes: 16 * MEBIBYTE,
  },
  eth_getLogs: method(logs, LONG),
  eth_call: method(data, 16 * MEBIBYTE),
  // A contract that refuses may say much, and nodes repeat it in their words; of twenty at once no more than this is kept.
  eth_estimateGas: method(quantity, MEBIBYTE),
  eth_gasPrice: method(quantity, SHORT),
  eth_maxPriorityFeePerGas: method(quantity, SHORT),
  eth_feeHistory: method(
    object<FeeHistory>({
      baseFeePerGas: optional(list(nullable(quantity))),
      reward: optional(list(list(quantity))),
    }),
    MEBIBYTE,
  ),
  eth_getBalance: method(quantity, SHORT),
  eth_getTransactionCount: method(count, SHORT),
  eth_getCode: method(data, MEBIBYTE),
  eth_getProof: method(object<{ accountProof: string[] }>({ accountProof: list(data) }), MEBIBYTE),
  eth_simulateV1: method(
    list(
      object<{ calls: { logs?: SimulatedLog[] }[] }>({
        calls: list(
          object<{ logs?: SimulatedLog[] }>({
            logs: optional(list(object<SimulatedLog>({ address, topics: list(hash) }))),
          }),
        ),
      }),
    ),
    16 * MEBIBYTE,
  ),
  eth_sendRawTransaction: method(txHash, SHORT),
  debug_traceBlockByHash: method(tracedBlock, LONG),
  debug_traceTransaction: method(tracedTransaction, LONG),
  trace_block: method(parityTraces, LONG),
  trace_transaction: method(nullable(parityTraces), LONG),
} satisfies Record<string, Method<unknown>>;

export interface FeeHistory {
  /** Wei per gas, from the oldest block to the one that comes next. */
  baseFeePerGas?: (bigint | null)[];
  /** Of each block, the tips at the percentiles asked for, wei per gas. */
  reward?: bigint[][];
}

export interface SimulatedLog {
  address: Address;
  topics: string[];
}

export type RpcMethod = keyof typeof METHODS;
export const RPC_METHODS = Object.keys(METHODS) as RpcMethod[];

/** Blocks are the only answers whose form depends on what was asked. */
export type ParamsOf<M extends RpcMethod> = M extends 'eth_getBlockByNumber' | 'eth_getBlockByHash'
  ? readonly [block: string, withTransactions: boolean]
  : readonly unknown[];

/** What a method answers. A chain that has blocks has a newest and a first one; any other may be missing: null. */
export type AnswerOf<M extends RpcMethod, P> = M extends 'eth_getBlockByNumber' | 'eth_getBlockByHash'
  ? | (P extends readonly [unknown, true] ? RawBlock : RawFullHeader)
    | (P extends readonly ['latest' | 'earliest', unknown] ? never : null)
  : ReturnType<(typeof METHODS)[M]['read']>;

/** @throws NotAsExpected */
export function readAnswer<M extends RpcMethod, P extends ParamsOf<M>>(
  method: M,
  params: P,
  answer: unknown,
): AnswerOf<M, P> {
  return METHODS[method].read(answer, params) as AnswerOf<M, P>;
}

/** Bytes of an answer of this method that are read at most. */
export function mostBytesOf(method: RpcMethod): number {
  return METHODS[method].mostBytes;
}

function method<T>(read: Reader<T>, mostBytes: number): Method<T> {
  return { read, mostBytes };
}

function blockByNumber(
  answer: unknown,
  [asked, isFull]: readonly unknown[],
): RawBlock | RawFullHeader | null {
  const isSure = asked === 'latest' || asked === 'earliest';
  const read = (isSure ? identity : nullable)<RawBlock | RawFullHeader>(isFull === true ? block : header)(
    answer,
  );
  if (read !== null && isQuantity(asked) && read.number !== Number(asked))
    return unexpected(`block ${Number(asked)}`, read.number);
  return read;
}

function blockByHash(answer: unknown, [asked, isFull]: readonly unknown[]): RawBlock | RawFullHeader | null {
  const read = nullable<RawBlock | RawFullHeader>(isFull === true ? block : header)(answer);
  return about(asked, read, (it) => it.hash);
}

/** That the answer is about what was asked for, by its hash. */
function about<T>(asked: unknown, answer: T | null, hashOf: (answer: T) => string): T | null {
  if (answer === null || hashOf(answer) === String(asked).toLowerCase()) return answer;
  return unexpected(`about ${String(asked)}`, hashOf(answer));
}

function identity<T>(reader: Reader<T>): Reader<T | null> {
  return reader;
}

function isQuantity(tag: unknown): tag is string {
  return typeof tag === 'string' && tag.startsWith('0x');
}
