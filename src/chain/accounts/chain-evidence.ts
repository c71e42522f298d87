import { hexlify, Transaction } from 'ethers';
import { type Proofs } from '../../config/chains.js';
import { requireConsistent } from '../blocks/consistency.js';
import {
  type RawBlock,
  type RawFullHeader,
  type RawReceipt,
  type RawTransaction,
} from '../blocks/raw-block.js';
import { proveBlock, proveReceipts } from '../proof/block-proof.js';
import { headerHash } from '../proof/header-hash.js';
import { encodeTransaction } from '../proof/transaction-encoding.js';
import { MethodNotFoundError, type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { provenAccount } from '../transfers/account-proof.js';
import { type RawOutcome, type Receipt, receiptFrom } from './receipt.js';

/** A block, named by what its contents make. */
export interface BlockId {
  number: number;
  /** 0x + 64 lower-case hex digits. */
  hash: string;
}

export interface WholeBlock extends BlockId {
  parentHash: string;
  transactions: readonly RawTransaction[];
}

/**
 * What blocks themselves say, for decisions that no node's word is enough for: that a transaction is not in them, who
 * used a nonce, that something failed. Blocks are asked for by their hash; what does not prove itself is not believed.
 */
export class ChainEvidence {
  constructor(
    private readonly rpc: RpcPool,
    private readonly proofs: Proofs,
  ) {}

  /**
   * A block with all its transactions. Where a chain's blocks prove less than their contents, all endpoints that answer
   * have to say the same.
   * @throws RpcError when no endpoint has it; UnprovenAnswerError
   */
  async block(id: BlockId): Promise<WholeBlock> {
    const raw = await this.rpc.fromOneEndpoint((rpc) => this.read(rpc, id), 'eth_getBlockByHash');
    if (this.proofs !== 'full') await this.requireAgreement(id, raw);
    const { parentHash, transactions } = raw;
    return { ...id, parentHash: parentHash.toLowerCase(), transactions };
  }

  /**
   * What became of a transaction, by the receipts that make the block's root.
   * @returns null when the block has no such transaction
   * @throws RpcError when no endpoint has block and receipts; UnprovenAnswerError
   */
  receipt(id: BlockId, txHash: string): Promise<Receipt | null> {
    return this.rpc.fromOneEndpoint(async (rpc) => {
      const block = await this.read(rpc, id);
      const place = block.transactions.findIndex(({ hash }) => hash.toLowerCase() === txHash);
      if (place < 0) return null;
      const receipts = await receiptsOf(rpc, block);
      requireConsistent(block, receipts);
      if (this.proofs !== 'off') proveReceipts(block, receipts);
      return receiptFrom({ ...(receipts[place] as RawReceipt & RawOutcome), blockNumber: block.number });
    }, 'eth_getBlockReceipts');
  }

  /**
   * What an address has after a block, by the block's state root (EIP-1186): wei, and how many transactions of it were mined.
   * @returns null when no endpoint can prove it
   */
  async account(id: BlockId, address: string): Promise<{ nonce: number; balance: bigint } | null> {
    if (this.proofs !== 'full') return null;
    try {
      return await this.rpc.fromOneEndpoint(async (rpc) => {
        const header = await rpc.call<RawFullHeader | null>('eth_getBlockByHash', [id.hash, false]);
        if (header === null) throw lacks(id);
        if (headerHash(header) !== id.hash) {
          throw new UnprovenAnswerError(id.hash, 'its header does not make its hash');
        }
        return provenAccount(rpc, header, address);
      }, 'eth_getProof');
    } catch (error) {
      if (error instanceof RpcError || error instanceof UnprovenAnswerError) return null;
      throw error;
    }
  }

  private async read(rpc: Rpc, { number, hash }: BlockId): Promise<RawBlock> {
    const block = await rpc.call<RawBlock | null>('eth_getBlockByHash', [hash, true]);
    if (block === null)
      throw new RpcError('the node', 'eth_getBlockByHash', `it does not have block ${hash}`);
    if (block.hash.toLowerCase() !== hash) throw new UnprovenAnswerError(hash, `block ${block.hash} came`);
    proveBlock(block, number, this.proofs);
    return block;
  }

  private async requireAgreement(id: BlockId, { transactions }: RawBlock): Promise<void> {
    const said = await this.rpc.fromEveryEndpoint((rpc) => this.read(rpc, id), 'eth_getBlockByHash');
    const own = identity(transactions);
    if (said.some((other) => identity(other.transactions) !== own)) {
      throw new UnprovenAnswerError(id.hash, 'endpoints name different transactions of it');
    }
  }
}

/**
 * Who signed a transaction, lower-case: recovered from its signature, since no root covers the sender that a node names.
 * Of a type that cannot be encoded here, whom the node names.
 */
export function signerOf(transaction: RawTransaction): string {
  const bytes = encodeTransaction(transaction);
  try {
    const signer = bytes === null ? null : Transaction.from(hexlify(bytes)).from;
    return (signer ?? transaction.from).toLowerCase();
  } catch {
    // Not one that an account signed, as deposits from the chain below (OP stack).
    return transaction.from.toLowerCase();
  }
}

function lacks({ hash }: BlockId): RpcError {
  return new RpcError('the node', 'eth_getBlockByHash', `it does not have block ${hash}`);
}

function identity(transactions: readonly RawTransaction[]): string {
  return transactions.map(({ hash, from, nonce }) => `${hash} ${from} ${Number(nonce)}`.toLowerCase()).join();
}

async function receiptsOf(rpc: Rpc, block: RawBlock): Promise<RawReceipt[]> {
  const given =
    (await orNull(rpc.call<RawReceipt[] | null>('eth_getBlockReceipts', [block.hash]))) ??
    (await Promise.all(
      block.transactions.map(({ hash }) => rpc.call<RawReceipt | null>('eth_getTransactionReceipt', [hash])),
    ));
  if (given.includes(null)) {
    throw new RpcError('the node', 'eth_getTransactionReceipt', `it lacks receipts of block ${block.hash}`);
  }
  return given as RawReceipt[];
}

async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof MethodNotFoundError) return null;
    throw error;
  }
}
