import {
  address,
  count,
  hash,
  list,
  nullable,
  object,
  optional,
  quantity,
  type Reader,
  text,
  txHash,
  unexpected,
} from './shape.js';
import { type Address, type TxHash } from '../../../ids/ids.js';

/** A frame as geth's `callTracer` nests them; reth, erigon, Nethermind and anvil do as well. */
export interface CallFrame {
  type: string;
  from: Address;
  to?: Address;
  /** Wei. */
  value?: bigint;
  /** The frame failed, and with it all that it called. */
  error?: string;
  calls?: CallFrame[];
}

/** An entry of `trace_block` as Parity defined it; erigon, Nethermind, reth and most vendors have it. */
export interface ParityTrace {
  type: string;
  action: {
    callType?: string;
    from?: Address;
    to?: Address;
    /** Wei. */
    value?: bigint;
    /** Of a `suicide`: the contract that ends, and what it held. */
    address?: Address;
    balance?: bigint;
    refundAddress?: Address;
  };
  result?: { address?: Address } | null;
  error?: string;
  traceAddress: number[];
  blockHash: string;
  /** Null: the block's reward. */
  transactionHash: TxHash | null;
}

/** One transaction of `debug_traceBlockByHash`. */
export interface TracedTransaction {
  /** Absent on older nodes. */
  txHash?: TxHash;
  /** Absent where the node could not trace this transaction. */
  result?: CallFrame;
}

/** Calls nest 1,024 deep at most (yellow paper, section 8). */
const DEEPEST_CALL = 1_030;

function frameAt(depth: number): Reader<CallFrame> {
  return (given) => {
    if (depth > DEEPEST_CALL) return unexpected(`at most ${DEEPEST_CALL} calls deep`, 'deeper');
    return object<CallFrame>({
      type: text,
      from: address,
      to: optional(address),
      value: optional(quantity),
      error: optional(text),
      calls: optional(list(frameAt(depth + 1))),
    })(given);
  };
}

export const callFrame: Reader<CallFrame> = frameAt(0);

export const tracedBlock = list(
  object<TracedTransaction>({ txHash: optional(txHash), result: optional(callFrame) }),
);

export const parityTraces = list(
  object<ParityTrace>({
    type: text,
    action: object<ParityTrace['action']>({
      callType: optional(text),
      from: optional(address),
      to: optional(address),
      value: optional(quantity),
      address: optional(address),
      balance: optional(quantity),
      refundAddress: optional(address),
    }),
    result: nullable(object<{ address?: Address }>({ address: optional(address) })),
    error: optional(text),
    traceAddress: list(count),
    blockHash: hash,
    transactionHash: nullable(txHash),
  }),
);
