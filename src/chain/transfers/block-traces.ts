import { type Block, type Movement } from '../blocks/block.js';
import {
  type InnerTransfer,
  oddInFrames,
  oddInTraces,
  ofCallFrames,
  ofParityTraces,
} from './inner-transfers.js';
import { OddStructureError, type OnNewerForm } from '../proof/newer-form.js';
import { type ParityTrace, type TracedTransaction } from '../rpc/answers/traces.js';
import { MethodNotFoundError, type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { isPassing } from '../rpc/sources.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { type TxHash } from '../../ids/ids.js';

/**
 * Every value transfer inside the transactions of a block, by `debug_traceBlockByHash`, or where the node lacks that by
 * `trace_block`; what is missing there, transaction by transaction. A trace proves nothing: see `unseenCredits`.
 * @param onOdd called with what other nodes do not do; where it throws, the next way is tried
 * @throws MethodNotFoundError when the node has none of the methods
 * @throws UnprovenAnswerError when the traces are not of this block
 * @throws RpcError when it cannot trace a transaction
 */
export async function tracedMovements(
  rpc: Rpc,
  block: Block,
  onOdd: OnNewerForm = () => undefined,
): Promise<Movement[]> {
  const known = await tracedAtOnce(rpc, block, onOdd);
  const all = await Promise.all(
    block.transactions.map(async (hash) => known.get(hash) ?? (await tracedMovementsOf(rpc, hash, onOdd))),
  );
  return all.flat();
}

/** What the node says of the block's transactions in one answer; one that it leaves out may be had by itself. */
async function tracedAtOnce(rpc: Rpc, block: Block, onOdd: OnNewerForm): Promise<Map<TxHash, Movement[]>> {
  const byFrames = await refusalOf(async () =>
    ofFrames(block, await rpc.call('debug_traceBlockByHash', [block.hash, { tracer: 'callTracer' }]), onOdd),
  );
  if (!(byFrames instanceof RpcError)) return byFrames;
  const byTraces = await refusalOf(async () =>
    ofTraces(block, await rpc.call('trace_block', [`0x${block.number.toString(16)}`]), onOdd),
  );
  if (!(byTraces instanceof RpcError)) return byTraces;
  // A node that has neither need not be asked for each transaction.
  if (byFrames instanceof MethodNotFoundError && byTraces instanceof MethodNotFoundError) throw byTraces;
  return new Map();
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

/**
 * The same of one transaction.
 * @throws RpcError when the node cannot say
 */
export async function tracedMovementsOf(
  rpc: Rpc,
  hash: TxHash,
  onOdd: OnNewerForm = () => undefined,
): Promise<Movement[]> {
  try {
    const top = await rpc.call('debug_traceTransaction', [hash, { tracer: 'callTracer' }]);
    tell(hash, oddInFrames(top), onOdd);
    return movementsIn(hash, ofCallFrames(top));
  } catch (error) {
    if (!(error instanceof MethodNotFoundError)) throw error;
    const traces = await rpc.call('trace_transaction', [hash]);
    if (traces === null)
      throw new RpcError('the node', 'trace_transaction', 'it does not know the transaction');
    tell(hash, oddInTraces(traces), onOdd);
    return movementsIn(hash, ofParityTraces(traces));
  }
}

function tell(subject: string, odd: string | null, onOdd: OnNewerForm): void {
  if (odd !== null) onOdd(new OddStructureError(subject, odd));
}

/** Where the node says whose each is, its place does not matter; where it does not, there has to be one for each. */
function ofFrames(
  { hash: blockHash, transactions }: Block,
  traced: readonly TracedTransaction[],
  onOdd: OnNewerForm,
): Map<TxHash, Movement[]> {
  const isNamed = traced.every(({ txHash }) => txHash !== undefined);
  if (!isNamed && traced.length !== transactions.length) {
    throw new UnprovenAnswerError(
      blockHash,
      `${traced.length} traces came for ${transactions.length} transactions`,
    );
  }
  traced.forEach(({ result }) => tell(blockHash, result ? oddInFrames(result) : null, onOdd));
  return new Map(
    traced.flatMap(({ txHash, result }, index) => {
      const hash = txHash ?? transactions[index];
      return result === undefined || hash === undefined
        ? []
        : [[hash, movementsIn(hash, ofCallFrames(result))]];
    }),
  );
}

/** It is asked for by number, so that the block it is of has to be looked at. */
function ofTraces(
  { hash: blockHash, transactions }: Block,
  traces: readonly ParityTrace[],
  onOdd: OnNewerForm,
): Map<TxHash, Movement[]> {
  if (traces.some((trace) => trace.blockHash !== blockHash)) {
    throw new UnprovenAnswerError(blockHash, 'its traces are of another block');
  }
  tell(blockHash, oddInTraces(traces), onOdd);
  return new Map(
    transactions.flatMap((hash) => {
      const own = traces.filter(({ transactionHash }) => transactionHash === hash);
      return own.length === 0 ? [] : [[hash, movementsIn(hash, ofParityTraces(own))]];
    }),
  );
}

function movementsIn(txHash: TxHash, transfers: readonly InnerTransfer[]): Movement[] {
  return transfers.map((transfer, ordinal) => ({
    ...transfer,
    kind: 'internal',
    txHash,
    ordinal,
    logIndex: null,
    tokenAddress: null,
  }));
}
