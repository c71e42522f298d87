import { type Block, type Movement } from '../blocks/block.js';
import {
  type InnerTransfer,
  oddInFrames,
  oddInTraces,
  ofCallFrames,
  ofParityTraces,
} from './inner-transfers.js';
import { OddStructureError } from '../proof/newer-form.js';
import { type ParityTrace, type TracedTransaction } from '../rpc/answers/traces.js';
import { MethodNotFoundError, type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { isPassing } from '../rpc/sources.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { type TxHash } from '../../ids/ids.js';

/**
 * So many transactions are traced by themselves at a time, and so many of them may fail: anybody can fill a block with
 * transactions that take a node long to trace.
 */
const SINGLY_AT_ONCE = 20;
const MOST_FAILED = 3;

/** What a node told of the inside of transactions. */
export interface Traced {
  /** By transaction; none where nothing moved. Of one of an odd form what could be read of it, which may not be all. */
  movements: ReadonlyMap<TxHash, Movement[]>;
  /** Transactions of which it may not have told all, and why. */
  lacking: ReadonlyMap<TxHash, RpcError>;
}

/** No endpoint told all of what moved inside of a block's transactions. */
export class TracesLackingError extends RpcError {
  /** @param areOdd nothing was refused: some are of a form that is not known */
  constructor(
    block: string,
    cause: RpcError,
    readonly areOdd: boolean,
  ) {
    super('the node', `for all that moved inside of block ${block}`, cause.why, { ...cause.failure });
  }
}

/** @throws TracesLackingError */
export function requireAllTraced({ hash }: Block, { lacking }: Traced): void {
  const causes = [...lacking.values()];
  const refused = causes.find((cause) => !(cause instanceof OddStructureError));
  const cause = refused ?? causes[0];
  if (cause !== undefined) throw new TracesLackingError(hash, cause, refused === undefined);
}

const NOTHING: Traced = { movements: new Map(), lacking: new Map() };

/**
 * Every value transfer inside the transactions of a block, by `debug_traceBlockByHash`, or where the node lacks that by
 * `trace_block`; what is missing there, transaction by transaction. A trace proves nothing: see `unseenCredits`.
 * @throws MethodNotFoundError when the node has none of the methods
 * @throws UnprovenAnswerError when the traces are not of this block
 * @throws RpcError when it cannot trace the block now
 */
export async function tracedInBlock(rpc: Rpc, block: Block): Promise<Traced> {
  const atOnce = await tracedAtOnce(rpc, block);
  const missing = block.transactions.filter((hash) => !atOnce.movements.has(hash));
  const singly = await tracedSingly(rpc, missing);
  return {
    movements: new Map([...atOnce.movements, ...singly.movements]),
    lacking: new Map([...atOnce.lacking, ...singly.lacking]),
  };
}

/** What the node says of the block's transactions in one answer; one that it leaves out may be had by itself. */
async function tracedAtOnce(rpc: Rpc, block: Block): Promise<Traced> {
  const byFrames = await refusalOf(async () =>
    ofFrames(block, await rpc.call('debug_traceBlockByHash', [block.hash, { tracer: 'callTracer' }])),
  );
  if (!(byFrames instanceof RpcError)) return byFrames;
  const byTraces = await refusalOf(async () =>
    ofTraces(block, await rpc.call('trace_block', [`0x${block.number.toString(16)}`])),
  );
  if (!(byTraces instanceof RpcError)) return byTraces;
  // A node that has neither need not be asked for each transaction.
  if (byFrames instanceof MethodNotFoundError && byTraces instanceof MethodNotFoundError) throw byTraces;
  return NOTHING;
}

/** @throws what says nothing of the method: it may pass, or the node lacks the block, or lies */
async function refusalOf<T>(ask: () => Promise<T>): Promise<T | RpcError> {
  try {
    return await ask();
  } catch (error) {
    const isOfMethod =
      error instanceof RpcError &&
      !(error instanceof UnprovenAnswerError) &&
      !isPassing(error) &&
      error.failure.kind !== 'not_found';
    if (isOfMethod) return error;
    throw error;
  }
}

/** Until some have failed: what is left then is lacking as well. */
async function tracedSingly(rpc: Rpc, hashes: readonly TxHash[]): Promise<Traced> {
  const movements = new Map<TxHash, Movement[]>();
  const lacking = new Map<TxHash, RpcError>();
  for (let first = 0; first < hashes.length; first += SINGLY_AT_ONCE) {
    const [failure] = lacking.values();
    const some = hashes.slice(first, first + SINGLY_AT_ONCE);
    if (failure !== undefined && lacking.size >= MOST_FAILED) {
      some.forEach((hash) => lacking.set(hash, failure));
      continue;
    }
    await Promise.all(
      some.map(async (hash) => {
        const told = await refusedOrNot(tracedOne(rpc, hash));
        if (told instanceof RpcError) return lacking.set(hash, told);
        movements.set(hash, told.movements);
        return told.odd && lacking.set(hash, told.odd);
      }),
    );
  }
  return { movements, lacking };
}

async function refusedOrNot<T>(answer: Promise<T>): Promise<T | RpcError> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RpcError) return error;
    throw error;
  }
}

/**
 * The same of one transaction, as far as it can be read.
 * @throws RpcError when the node cannot say
 */
export async function tracedMovementsOf(rpc: Rpc, hash: TxHash): Promise<Movement[]> {
  return (await tracedOne(rpc, hash)).movements;
}

interface TracedOne {
  movements: Movement[];
  /** Why they may not be all. */
  odd: OddStructureError | null;
}

async function tracedOne(rpc: Rpc, hash: TxHash): Promise<TracedOne> {
  try {
    const top = await rpc.call('debug_traceTransaction', [hash, { tracer: 'callTracer' }]);
    if (top === null) throw unknownTransaction('debug_traceTransaction');
    return told(hash, ofCallFrames(top), oddInFrames(top));
  } catch (error) {
    if (!(error instanceof MethodNotFoundError)) throw error;
    const traces = await rpc.call('trace_transaction', [hash]);
    if (traces === null) throw unknownTransaction('trace_transaction');
    return told(hash, ofParityTraces(traces), oddInTraces(traces));
  }
}

function unknownTransaction(method: string): RpcError {
  return new RpcError('the node', method, 'it does not know the transaction');
}

function told(hash: TxHash, transfers: readonly InnerTransfer[], odd: string | null): TracedOne {
  const movements = transfers.map((transfer, ordinal): Movement => ({
    ...transfer,
    kind: 'internal',
    txHash: hash,
    ordinal,
    logIndex: null,
    tokenAddress: null,
  }));
  return { movements, odd: odd === null ? null : new OddStructureError(hash, odd) };
}

function together(all: readonly (readonly [TxHash, TracedOne])[]): Traced {
  return {
    movements: new Map(all.map(([hash, { movements }]) => [hash, movements])),
    lacking: new Map(all.flatMap(([hash, { odd }]) => (odd === null ? [] : [[hash, odd]]))),
  };
}

/**
 * Where the node says whose each is, its place does not matter; where it does not, there has to be one for each, else
 * nobody knows whose they are.
 */
function ofFrames({ transactions }: Block, traced: readonly TracedTransaction[]): Traced {
  const isNamed = traced.every(({ txHash }) => txHash !== undefined);
  if (!isNamed && traced.length !== transactions.length) return NOTHING;
  const own = new Set(transactions);
  return together(
    traced.flatMap(({ txHash, result }, index) => {
      const hash = txHash ?? transactions[index];
      if (result === undefined || hash === undefined || !own.has(hash)) return [];
      return [[hash, told(hash, ofCallFrames(result), oddInFrames(result))] as const];
    }),
  );
}

/** It is asked for by number, so that the block it is of has to be looked at. */
function ofTraces({ hash: blockHash, transactions }: Block, traces: readonly ParityTrace[]): Traced {
  const named = traces.filter((trace) => trace.blockHash !== undefined);
  if (named.some((trace) => trace.blockHash !== blockHash)) {
    throw new UnprovenAnswerError(blockHash, 'its traces are of another block');
  }
  if (traces.length > 0 && named.length === 0) {
    throw new UnprovenAnswerError(blockHash, 'its traces do not say of which block they are');
  }
  const homeless = oddInTraces(traces.filter(({ transactionHash }) => transactionHash === null));
  return together(
    transactions.flatMap((hash) => {
      const own = traces.filter(({ transactionHash }) => transactionHash === hash);
      if (own.length === 0) return [];
      return [[hash, told(hash, ofParityTraces(own), oddInTraces(own) ?? homeless)] as const];
    }),
  );
}
