import { type Movement } from './block.js';
import { TRANSFER_TOPIC } from './movements.js';
import { type RawHeader, type RawLog, type RawReceipt, type RawTransaction } from './raw-block.js';
import { type Rpc, RpcError } from './rpc-endpoint.js';
import { type RpcPool } from './rpc-pool.js';

/** A transaction as a node shows it now. Nothing of it is proved: it is for explaining, not for counting. */
export interface FoundTransaction {
  /** 0x + 64 lower-case hex digits. */
  hash: string;
  /** The account or contract it went to, lower-case; null: it made a contract. */
  to: string | null;
  /** Null: it waits to be mined. */
  included: IncludedTransaction | null;
}

export interface IncludedTransaction {
  block: { number: number; hash: string; time: Date };
  hasSucceeded: boolean;
  /** Native value and the Transfer logs of any contract, also of zero; what a failed one would have moved is left out. */
  movements: Movement[];
}

/**
 * Asks a chain's endpoints, in their order, for a transaction, until one knows it.
 * @param hash 0x + 64 lower-case hex digits
 * @returns null when those that answered do not know it
 * @throws RpcError when none answered
 */
export async function findTransaction(rpc: RpcPool, hash: string): Promise<FoundTransaction | null> {
  let areSomeWithoutIt = false;
  try {
    return await rpc.fromOneEndpoint(async (one) => {
      const transaction = await one.call<MinedTransaction | null>('eth_getTransactionByHash', [hash]);
      if (transaction === null) {
        areSomeWithoutIt = true;
        throw new RpcError('the node', 'eth_getTransactionByHash', 'it does not know the transaction');
      }
      return found(one, transaction);
    }, 'eth_getTransactionByHash');
  } catch (error) {
    if (areSomeWithoutIt && error instanceof RpcError) return null;
    throw error;
  }
}

interface MinedTransaction extends RawTransaction {
  /** Null: not mined yet. */
  blockNumber: string | null;
}

async function found(rpc: Rpc, transaction: MinedTransaction): Promise<FoundTransaction> {
  const hash = transaction.hash.toLowerCase();
  const to = transaction.to?.toLowerCase() ?? null;
  if (transaction.blockNumber === null) return { hash, to, included: null };
  const [receipt, header] = await Promise.all([
    rpc.call<RawReceipt | null>('eth_getTransactionReceipt', [hash]),
    rpc.call<RawHeader | null>('eth_getBlockByNumber', [transaction.blockNumber, false]),
  ]);
  if (receipt === null || receipt.blockHash !== header?.hash) {
    throw new RpcError('the node', 'eth_getTransactionReceipt', 'its block is being replaced; ask again');
  }
  const block = {
    number: Number(header.number),
    hash: header.hash.toLowerCase(),
    time: new Date(Number(header.timestamp) * 1000),
  };
  const hasSucceeded = Number(receipt.status) === 1;
  const movements = hasSucceeded ? movementsIn(transaction, receipt) : [];
  return { hash, to, included: { block, hasSucceeded, movements } };
}

function movementsIn(transaction: RawTransaction, receipt: RawReceipt): Movement[] {
  const txHash = transaction.hash.toLowerCase();
  const native: Movement[] =
    transaction.to === null
      ? []
      : [
          {
            kind: 'native',
            txHash,
            ordinal: 0,
            logIndex: null,
            from: transaction.from.toLowerCase(),
            to: transaction.to.toLowerCase(),
            tokenAddress: null,
            amount: BigInt(transaction.value),
          },
        ];
  return [...native, ...receipt.logs.flatMap((log, ordinal) => transferOf(log, ordinal, txHash))];
}

function transferOf(log: RawLog, ordinal: number, txHash: string): Movement[] {
  const [topic, from, to] = log.topics;
  // ERC-721 has the same topic with a fourth; only three topics are ERC-20.
  if (log.topics.length !== 3 || topic?.toLowerCase() !== TRANSFER_TOPIC || !from || !to) return [];
  if (!/^0x[0-9a-fA-F]{64}/.test(log.data)) return [];
  return [
    {
      kind: 'erc20',
      txHash,
      ordinal,
      logIndex: Number(log.logIndex),
      from: `0x${from.slice(-40).toLowerCase()}`,
      to: `0x${to.slice(-40).toLowerCase()}`,
      tokenAddress: log.address.toLowerCase(),
      amount: BigInt(log.data.slice(0, 66)),
    },
  ];
}
