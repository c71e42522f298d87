import { type RawBlock, type RawReceipt, type RawTransaction } from '../blocks/raw-block.js';
import { type BlockProof } from '../proof/block-proof.js';
import { type BlockProver } from '../proof/block-prover.js';
import { inKnownFormFirst, type OnNewerForm } from '../proof/newer-form.js';
import { signerOf as recoveredSigner } from '../proof/sender.js';
import { MethodNotFoundError, type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { provenAccount } from '../transfers/account-proof.js';
import { pricePaid } from './price-paid.js';
import { type Receipt, receiptFrom } from './receipt.js';
import { type Address, type TxHash } from '../../ids/ids.js';

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
    private readonly prover: BlockProver,
  ) {}

  /**
   * A block with all its transactions. Where they do not prove themselves, all endpoints that answer have to name the same.
   * @throws RpcError when no endpoint has it; UnprovenAnswerError
   */
  async block(id: BlockId): Promise<WholeBlock> {
    const { raw, proof } = await inKnownFormFirst((onNewer) =>
      this.rpc.fromOneEndpoint((rpc) => this.read(rpc, id, onNewer), 'eth_getBlockByHash'),
    );
    if (!proof.areTransactionsProved) await this.requireAgreement(id, raw);
    return { ...id, parentHash: raw.parentHash, transactions: raw.transactions };
  }

  /**
   * What became of a transaction, by the receipts that make the block's root; where they make none, by all endpoints.
   * @returns null when the block has no such transaction
   * @throws RpcError when no endpoint has block and receipts; UnprovenAnswerError
   */
  async receipt(id: BlockId, txHash: TxHash): Promise<Receipt | null> {
    const read = await inKnownFormFirst((onNewer) =>
      this.rpc.fromOneEndpoint(async (rpc) => {
        const { raw: block } = await this.read(rpc, id, onNewer);
        const place = block.transactions.findIndex(({ hash }) => hash === txHash);
        if (place < 0) return null;
        const { receipts, proof } = this.prover.receipts(block, await receiptsOf(rpc, block), onNewer);
        const receipt = receipts[place];
        if (receipt == null) throw lacks(id);
        const price = receipt.effectiveGasPrice ?? (await pricePaid(rpc, txHash));
        return { receipt: receiptFrom(receipt, price), isProved: proof === 'root' };
      }, 'eth_getBlockReceipts'),
    );
    if (read === null) return null;
    if (!read.isProved) await this.requireSameOutcome(id, read.receipt);
    return read.receipt;
  }

  /**
   * What an address has after a block, by the block's state root (EIP-1186): wei, and how many transactions of it were mined.
   * @returns null when no endpoint can prove it
   */
  async account(
    id: Pick<BlockId, 'hash'>,
    address: Address,
  ): Promise<{ nonce: number; balance: bigint } | null> {
    if (this.prover.proofs !== 'full') return null;
    try {
      return await this.rpc.fromOneEndpoint(async (rpc) => {
        const header = await rpc.call('eth_getBlockByHash', [id.hash, false]);
        if (header === null || !this.prover.header(header)) throw lacks(id);
        return provenAccount(rpc, header, address);
      }, 'eth_getProof');
    } catch (error) {
      if (error instanceof RpcError || error instanceof UnprovenAnswerError) return null;
      throw error;
    }
  }

  private async read(
    rpc: Rpc,
    id: BlockId,
    onNewer: OnNewerForm,
  ): Promise<{ raw: RawBlock; proof: BlockProof }> {
    const raw = await rpc.call('eth_getBlockByHash', [id.hash, true]);
    if (raw === null) throw lacks(id);
    return { raw, proof: this.prover.block(raw, id.number, onNewer) };
  }

  private async requireAgreement(id: BlockId, { transactions }: RawBlock): Promise<void> {
    const own = identity(transactions);
    const said = await this.rpc.fromEveryEndpoint(
      (rpc) => this.read(rpc, id, () => undefined),
      'eth_getBlockByHash',
    );
    if (said.some(({ raw }) => identity(raw.transactions) !== own)) {
      throw new UnprovenAnswerError(id.hash, 'endpoints name different transactions of it');
    }
  }

  private async requireSameOutcome(id: BlockId, { txHash, succeeded, logs }: Receipt): Promise<void> {
    const method = 'eth_getTransactionReceipt';
    const said = await this.rpc.fromEveryEndpoint((rpc) => rpc.call(method, [txHash]), method);
    const isOther = (other: RawReceipt) =>
      other.blockHash === id.hash &&
      ((other.status === 1) !== succeeded || other.logs.length !== logs.length);
    if (said.some((other) => other !== null && isOther(other))) {
      throw new UnprovenAnswerError(id.hash, `endpoints say different things of ${txHash}`);
    }
  }
}

/**
 * Who signed a transaction, lower-case: recovered from its signature, since no root covers the sender that a node names.
 * Of one that cannot be recovered, as a deposit from the chain below (OP stack), whom the node names.
 */
export function signerOf(transaction: RawTransaction): Address {
  return recoveredSigner(transaction) ?? transaction.from;
}

function lacks({ hash }: Pick<BlockId, 'hash'>): RpcError {
  return new RpcError('the node', 'eth_getBlockByHash', `it does not have all of block ${hash}`);
}

function identity(transactions: readonly RawTransaction[]): string {
  return transactions.map(({ hash, from, nonce }) => `${hash} ${from} ${nonce}`).join();
}

/** @throws RpcError where the node lacks some */
async function receiptsOf(rpc: Rpc, block: RawBlock): Promise<RawReceipt[]> {
  const given =
    (await allAtOnce(rpc, block)) ??
    (await Promise.all(block.transactions.map(({ hash }) => rpc.call('eth_getTransactionReceipt', [hash]))));
  return given.map((receipt) => {
    if (receipt === null) throw lacks(block);
    return receipt;
  });
}

/** Null: the node does not have the method, or not the block's receipts. */
async function allAtOnce(rpc: Rpc, block: RawBlock): Promise<(RawReceipt | null)[] | null> {
  try {
    return await rpc.call('eth_getBlockReceipts', [block.hash]);
  } catch (error) {
    if (error instanceof MethodNotFoundError) return null;
    throw error;
  }
}
