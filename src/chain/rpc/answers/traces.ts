import {
  address,
  count,
  forgiving,
  hash,
  list,
  nullable,
  object,
  optional,
  quantityWithin,
  type Reader,
  text,
  txHash,
  unexpected,
  unlessEmpty,
  type WithUnread,
  withDefault,
} from './shape.js';
import { type Address, type TxHash } from '../../../ids/ids.js';

/** A frame as geth's `callTracer` nests them; reth, erigon, Nethermind and anvil do as well. */
export interface CallFrame extends WithUnread {
  /** Empty where the node does not say. */
  type: string;
  from?: Address;
  to?: Address;
  /** Wei. */
  value?: bigint;
  /** The frame failed, and with it all that it called. */
  error?: string;
  calls?: CallFrame[];
}

/** An entry of `trace_block` as Parity defined it; erigon, Nethermind, reth and most vendors have it. */
export interface ParityTrace extends WithUnread {
  /** Empty where the node does not say. */
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
  /** Place in the tree of calls; empty: the transaction itself, or nowhere, where it was not read. */
  traceAddress: number[];
  blockHash?: string;
  /** Null: the block's reward. */
  transactionHash: TxHash | null;
}

/** One transaction of `debug_traceBlockByHash`. */
export interface TracedTransaction {
  /** Absent on older nodes. */
  txHash?: TxHash;
  /** Absent where the node could not trace this transaction, or gave something else than its frames. */
  result?: CallFrame;
}

/** Calls nest 1,024 deep at most (yellow paper, section 8). */
const DEEPEST_CALL = 1_030;

/** Why a frame failed; false: it did not. */
const failure: Reader<string | undefined> = (given) => (given === false ? undefined : optional(text)(given));

/**
 * Most fields of most frames move nothing: what of one cannot be read is left out and named, and whoever counts what moved
 * decides whether it can do without.
 */
const frame: Reader<CallFrame> = forgiving<Omit<CallFrame, 'unread'>>(
  {
    type: withDefault(text, ''),
    from: unlessEmpty(address),
    to: unlessEmpty(address),
    value: optional(quantityWithin),
    error: failure,
    calls: optional(list((given) => anyFrame(given))),
  },
  [],
  { type: '' },
);

/** What stands where a frame should: nothing of it is known. */
const NO_FRAME: CallFrame = { type: '', unread: ['calls'] };

/** Throws at nothing: a list of frames is read once, whatever is in it. */
const anyFrame: Reader<CallFrame> = (given) =>
  typeof given === 'object' && given !== null && !Array.isArray(given) ? frame(given) : NO_FRAME;

const callFrame: Reader<CallFrame> = (given) => {
  requireShallow(given);
  return frame(given);
};

/** Before anything is read, since each level is read within the one above it. */
function requireShallow(top: unknown): void {
  let level = [top];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST_CALL) unexpected(`at most ${DEEPEST_CALL} calls deep`, 'deeper');
    level = level.flatMap(callsOf);
  }
}

function callsOf(given: unknown): unknown[] {
  const calls = (given as { calls?: unknown } | null | undefined)?.calls;
  return Array.isArray(calls) ? (calls as unknown[]) : [];
}

/** Null: the node does not know the transaction. */
export const tracedTransaction = nullable(callFrame);

const tracedInBlock = forgiving<TracedTransaction>(
  { txHash: optional(txHash), result: optional(callFrame) },
  [],
);
const NOT_TRACED: TracedTransaction = {};

export const tracedBlock = list<TracedTransaction>((given) =>
  given === null ? NOT_TRACED : tracedInBlock(given),
);

const action = forgiving<ParityTrace['action']>(
  {
    callType: optional(text),
    from: unlessEmpty(address),
    to: unlessEmpty(address),
    value: optional(quantityWithin),
    address: unlessEmpty(address),
    balance: optional(quantityWithin),
    refundAddress: unlessEmpty(address),
  },
  [],
);

export const parityTraces = list(
  forgiving<Omit<ParityTrace, 'unread'>>(
    {
      type: withDefault(text, ''),
      action,
      result: nullable(object<{ address?: Address }>({ address: optional(address) })),
      error: failure,
      traceAddress: list(count),
      blockHash: optional(hash),
      transactionHash: nullable(txHash),
    },
    [],
    { type: '', action: {}, traceAddress: [], transactionHash: null },
  ),
);
