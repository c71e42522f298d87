import { type Block, type Movement } from '../blocks/block.js';
import { type InnerTransfer, ofCallFrames, ofParityTraces } from './inner-transfers.js';
import { type ParityTrace, type TracedTransaction } from '../rpc/answers/traces.js';
import { MethodNotFoundError, type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';

/**
 * Every value transfer inside the transactions of a block, by `debug_traceBlockByHash`, or where the node lacks that by
 * `trace_block`. A trace proves nothing: see `unseenCredit`.
 * @throws MethodNotFoundError when the node has neither method
 * @throws UnprovenAnswerError when the traces are not of this block
 */
export async function tracedMovements(rpc: Rpc, block: Block): Promise<Movement[]> {
  try {
    const traced = await rpc.call('debug_traceBlockByHash', [block.hash, { tracer: 'callTracer' }]);
    return ofFrames(block, traced);
  } catch (error) {
    if (!(error instanceof MethodNotFoundError)) throw error;
    const number = `0x${block.number.toString(16)}`;
    return ofTraces(block, await rpc.call('trace_block', [number]));
  }
}

/**
 * The same of one transaction.
 * @throws RpcError when the node cannot tell
 */
export async function tracedMovementsOf(rpc: Rpc, hash: string): Promise<Movement[]> {
  try {
    const top = await rpc.call('debug_traceTransaction', [hash, { tracer: 'callTracer' }]);
    return movementsIn(hash, ofCallFrames(top));
  } catch (error) {
    if (!(error instanceof MethodNotFoundError)) throw error;
    const traces = await rpc.call('trace_transaction', [hash]);
    if (traces === null)
      throw new RpcError('the node', 'trace_transaction', 'it does not know the transaction');
    return movementsIn(hash, ofParityTraces(traces));
  }
}

function ofFrames(
  { hash: blockHash, transactions }: Block,
  traced: readonly TracedTransaction[],
): Movement[] {
  if (traced.length !== transactions.length) {
    throw new UnprovenAnswerError(
      blockHash,
      `${traced.length} traces came for ${transactions.length} transactions`,
    );
  }
  return transactions.flatMap((hash, index) => {
    const { txHash = hash, result } = traced[index] as TracedTransaction;
    if (txHash !== hash || result === undefined) {
      throw new UnprovenAnswerError(blockHash, `trace ${index} is not that of transaction ${hash}`);
    }
    return movementsIn(hash, ofCallFrames(result));
  });
}

/** It is asked for by number, so that the block it is of has to be looked at. */
function ofTraces({ hash: blockHash, transactions }: Block, traces: readonly ParityTrace[]): Movement[] {
  if (traces.some((trace) => trace.blockHash !== blockHash)) {
    throw new UnprovenAnswerError(blockHash, 'its traces are of another block');
  }
  return transactions.flatMap((hash) => {
    const own = traces.filter(({ transactionHash }) => transactionHash === hash);
    if (own.length === 0) throw new UnprovenAnswerError(blockHash, `there is no trace of ${hash}`);
    return movementsIn(hash, ofParityTraces(own));
  });
}

function movementsIn(txHash: string, transfers: readonly InnerTransfer[]): Movement[] {
  return transfers.map((transfer, ordinal) => ({
    ...transfer,
    kind: 'internal',
    txHash,
    ordinal,
    logIndex: null,
    tokenAddress: null,
  }));
}
