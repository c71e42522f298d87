import { type Movement } from '../blocks/block.js';
import { tracedMovementsOf } from '../transfers/block-traces.js';
import { hasSucceeded } from '../blocks/arrangement.js';
import { nativeTransferOf, placed, tokenTransferOf } from '../transfers/movements.js';
import { type RawFoundTransaction, type RawReceipt, type RawTransaction } from '../blocks/raw-block.js';
import { toQuantity } from 'ethers';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { type Address, type TxHash } from '../../ids/ids.js';

/** A transaction as a node shows it now. Nothing of it is proved: it is for explaining, not for counting. */
export interface FoundTransaction {
  hash: TxHash;
  /** The account or contract it went to, lower-case; null: it made a contract. */
  to: Address | null;
  /** Null: it waits to be mined. */
  included: IncludedTransaction | null;
}

export interface IncludedTransaction {
  block: { number: number; hash: string; time: Date };
  hasSucceeded: boolean;
  /** Native value, Transfer logs of any contract, also of zero, and inner transfers; of a failed one, nothing. */
  movements: Movement[];
  /** Whether inner transfers are among them: not where they were not asked for, or the node could not tell. */
  areInnerSeen: boolean;
}

/**
 * Asks a chain's endpoints, in their order, for a transaction, until one knows it.
 * @param isTraced whether what moved inside of it is asked for as well; a node that cannot say gives the rest
 * @returns null when those that answered do not know it
 * @throws RpcError when none answered
 */
export async function findTransaction(
  rpc: RpcPool,
  hash: TxHash,
  isTraced: boolean,
): Promise<FoundTransaction | null> {
  let areSomeWithoutIt = false;
  try {
    return await rpc.fromOneEndpoint(async (one) => {
      const transaction = await one.call('eth_getTransactionByHash', [hash]);
      if (transaction === null) {
        areSomeWithoutIt = true;
        throw new RpcError('the node', 'eth_getTransactionByHash', 'it does not know the transaction');
      }
      return found(one, transaction, isTraced);
    }, 'eth_getTransactionByHash');
  } catch (error) {
    if (areSomeWithoutIt && error instanceof RpcError) return null;
    throw error;
  }
}

async function found(
  rpc: Rpc,
  transaction: RawFoundTransaction,
  isTraced: boolean,
): Promise<FoundTransaction> {
  const { hash, to } = transaction;
  if (transaction.blockNumber === null) return { hash, to, included: null };
  const [receipt, header] = await Promise.all([
    rpc.call('eth_getTransactionReceipt', [hash]),
    rpc.call('eth_getBlockByNumber', [toQuantity(transaction.blockNumber), false]),
  ]);
  if (receipt === null || receipt.blockHash !== header?.hash) {
    throw new RpcError('the node', 'eth_getTransactionReceipt', 'its block is being replaced; ask again');
  }
  const block = {
    number: header.number,
    hash: header.hash,
    time: new Date(header.timestamp * 1000),
  };
  const isDone = hasSucceeded(receipt, transaction.gas);
  const inner = isDone && isTraced ? await innerMovements(rpc, hash) : null;
  const movements = isDone ? [...movementsIn(transaction, receipt), ...(inner ?? [])] : [];
  return { hash, to, included: { block, hasSucceeded: isDone, movements, areInnerSeen: inner !== null } };
}

/** Null: the node cannot tell, or not now. */
async function innerMovements(rpc: Rpc, hash: TxHash): Promise<Movement[] | null> {
  try {
    return await tracedMovementsOf(rpc, hash);
  } catch (error) {
    if (error instanceof RpcError) return null;
    throw error;
  }
}

/** What is no number in hexadecimal is passed over here: it explains nothing. */
const WORD = /^0x[0-9a-fA-F]{64}/;

function movementsIn(transaction: RawTransaction, receipt: RawReceipt): Movement[] {
  const native = nativeTransferOf(transaction);
  const tokens = placed(receipt.logs).map(({ log, ordinal }) =>
    WORD.test(log.data) ? tokenTransferOf(log, { txHash: transaction.hash, ordinal }) : undefined,
  );
  return [native, ...tokens].filter((movement) => movement !== undefined);
}
