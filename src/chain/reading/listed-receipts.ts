import { toQuantity } from 'ethers';
import { type RawBlock, type RawReceipt, type RawTransaction } from '../blocks/raw-block.js';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { type RpcFailureKind } from '../rpc/rpc-failure.js';
import { type TxHash } from '../../ids/ids.js';

/** How a node says that it wants something else than a hash. */
const FORM: readonly RpcFailureKind[] = ['parameters', 'fatal'];

/** A few nodes take a number only, and say that the parameter is wrong. */
export async function receiptsByHash(rpc: Rpc, block: RawBlock): Promise<(RawReceipt | null)[] | null> {
  try {
    return await rpc.call('eth_getBlockReceipts', [block.hash]);
  } catch (error) {
    if (!(error instanceof RpcError) || !FORM.includes(error.failure.kind)) throw error;
    return rpc.call('eth_getBlockReceipts', [toQuantity(block.number)]);
  }
}

export function receiptOf(rpc: Rpc, hash: TxHash): Promise<RawReceipt | null> {
  return rpc.call('eth_getTransactionReceipt', [hash]);
}

/** Some nodes leave out receipts of the list that they have one by one. */
export function missingFrom(
  { transactions }: RawBlock,
  given: readonly Pick<RawReceipt, 'transactionHash'>[],
): RawTransaction[] {
  const listed = new Set(given.map(({ transactionHash }) => transactionHash));
  return transactions.filter(({ hash }) => !listed.has(hash));
}

export function inOrder({ transactions }: RawBlock, receipts: readonly RawReceipt[]): RawReceipt[] {
  const place = new Map(transactions.map(({ hash }, index) => [hash, index]));
  const placeOf = ({ transactionHash }: RawReceipt) => place.get(transactionHash) ?? transactions.length;
  return [...receipts].sort((one, other) => placeOf(one) - placeOf(other));
}

/**
 * Transactions that a block lists though another one has them: Hedera's nodes list some twice
 * (github.com/hiero-ledger/hiero-consensus-node, issue 25961). Their receipts name the block, and it has to list them as
 * well, at another height: there they are read.
 * @param given receipts of the block's transactions
 */
export async function listedTwice(
  rpc: Rpc,
  block: RawBlock,
  given: readonly RawReceipt[],
): Promise<ReadonlySet<TxHash>> {
  const foreign = given.filter(({ blockHash }) => blockHash !== block.hash);
  const found = await Promise.all(
    foreign.map(async ({ transactionHash, blockHash }) => {
      const other = await rpc.call('eth_getBlockByHash', [blockHash, true]);
      const isThere = other?.transactions.some(({ hash }) => hash === transactionHash) ?? false;
      if (!isThere || other === null || other.number === block.number) return [];
      // Nodes have blocks of other branches by their hashes as well: both have to be of the branch that the node is on.
      const onBranch = await Promise.all([isOnBranch(rpc, block), isOnBranch(rpc, other)]);
      return onBranch.every(Boolean) ? [transactionHash] : [];
    }),
  );
  return new Set(found.flat());
}

async function isOnBranch(rpc: Rpc, { number, hash }: Pick<RawBlock, 'number' | 'hash'>): Promise<boolean> {
  return (await rpc.call('eth_getBlockByNumber', [toQuantity(number), false]))?.hash === hash;
}
