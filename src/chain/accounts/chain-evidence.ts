import { type RawBlock, type RawReceipt, type RawTransaction } from '../blocks/raw-block.js';
import { isWhole } from '../blocks/whole-transaction.js';
import { ARBITRUM_TYPES } from '../proof/arbitrum-transactions.js';
import { type BlockProof } from '../proof/block-proof.js';
import { type BlockProver, type ProvedReceipts } from '../proof/block-prover.js';
import { inKnownFormFirst, type OnNewerForm } from '../proof/newer-form.js';
import { inOrder, missingFrom, receiptOf, receiptsByHash } from '../reading/listed-receipts.js';
import { signerOf as recoveredSigner } from '../proof/sender.js';
import { MethodNotFoundError, type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { AgreedAnswers } from '../rpc/agreed-answers.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { isPassing } from '../rpc/sources.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { provenAccount } from '../transfers/account-proof.js';
import { pricePaid } from './price-paid.js';
import { type Receipt, receiptFrom } from './receipt.js';
import { type Address, type TxHash } from '../../ids/ids.js';
import { steadyMs } from '../../process/steady-time.js';

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

/** So often in a row a proof fails in a way that may pass, before it counts as one that nobody gives. */
const PATIENCE = 3;
/** For so long after a proof that does not hold, silence is not taken for a node without proofs. */
const DOUBT_MS = 10 * 60_000;

/**
 * What blocks themselves say, for decisions that no node's word is enough for: that a transaction is not in them, who
 * used a nonce, that something failed. Blocks are asked for by their hash; what does not prove itself is not believed.
 */
export class ChainEvidence {
  private failedProofs = 0;
  private doubtfulUntilMs = -Infinity;

  constructor(
    private readonly rpc: RpcPool,
    private readonly prover: BlockProver,
    private readonly agreed: AgreedAnswers = new AgreedAnswers(rpc, { blockTimeMs: 0 }),
  ) {}

  /**
   * A block with all its transactions. Where they do not prove themselves, all endpoints that answer have to name the same.
   * @throws RpcError when no endpoint has it; UnprovenAnswerError
   */
  async block(id: BlockId): Promise<WholeBlock> {
    const { raw, proof } = await inKnownFormFirst((onNewer) =>
      this.rpc.fromOneEndpoint((rpc) => this.read(rpc, id, onNewer), 'eth_getBlockByHash'),
    );
    const { parentHash, transactions } = proof.areTransactionsProved ? raw : await this.agreedBlock(id);
    return { ...id, parentHash, transactions };
  }

  /**
   * What became of a transaction, by the receipts that make the root of a block that makes its hash; else by all endpoints.
   * @returns null when the block has no such transaction
   * @throws RpcError when no endpoint has block and receipts; UnprovenAnswerError
   */
  async receipt(id: BlockId, txHash: TxHash): Promise<Receipt | null> {
    const read = await inKnownFormFirst((onNewer) =>
      this.rpc.fromOneEndpoint(async (rpc) => {
        const { raw: block, proof: whole } = await this.read(rpc, id, onNewer);
        const place = block.transactions.findIndex(({ hash }) => hash === txHash);
        if (place < 0) return { receipt: null, isProved: whole.areTransactionsProved };
        const { receipts, proof } = await this.provedReceipts(rpc, block, onNewer);
        const receipt = receipts[place];
        if (receipt == null) throw lacks(id);
        const price = receipt.effectiveGasPrice ?? (await pricePaid(rpc, txHash));
        const isProved = whole.isHeaderProved && proof === 'root';
        const isPriced = isProved && whole.areTransactionsProved;
        const provenPrice = isPriced ? priceIn(block, block.transactions[place]) : null;
        const proven = provenPrice === null ? {} : { provenPrice };
        return { receipt: { ...receiptFrom(receipt, price), ...proven }, isProved };
      }, 'eth_getBlockReceipts'),
    );
    const { receipt, isProved } = read;
    if (isProved) return receipt;
    if (receipt !== null) await this.requireSameOutcome(id, receipt);
    else if ((await this.agreedBlock(id)).transactions.some(({ hash }) => hash === txHash)) {
      throw new UnprovenAnswerError(id.hash, `it was given without ${txHash}`);
    }
    return receipt;
  }

  /**
   * What an address has after a block, by the block's state root (EIP-1186): wei, and how many transactions of it were mined.
   * @returns null when no endpoint gives proofs, so that their word is all there is
   * @throws UnprovenAnswerError for a proof that does not hold; RpcError while one may come. Nothing that takes the place
   * of a proof is to be asked meanwhile, least of all of the endpoint that gave the wrong one
   */
  async account(
    id: Pick<BlockId, 'hash'>,
    address: Address,
  ): Promise<{ nonce: number; balance: bigint } | null> {
    if (this.prover.proofs !== 'full') return null;
    try {
      const account = await this.rpc.fromOneEndpoint(async (rpc) => {
        const header = await rpc.call('eth_getBlockByHash', [id.hash, false]);
        if (header === null || !this.prover.header(header)) throw lacks(id);
        return provenAccount(rpc, header, address);
      }, 'eth_getProof');
      this.failedProofs = 0;
      return account;
    } catch (error) {
      if (error instanceof RpcError && this.isWithoutProofs(error, steadyMs())) return null;
      throw error;
    }
  }

  /** A node in trouble may give the proof in a moment; one whose proof was wrong is silent because it is left alone. */
  private isWithoutProofs(error: RpcError, nowMs: number): boolean {
    if (error instanceof UnprovenAnswerError) this.doubtfulUntilMs = nowMs + DOUBT_MS;
    else if (!isPassing(error)) return true;
    this.failedProofs += 1;
    return nowMs >= this.doubtfulUntilMs && this.failedProofs >= PATIENCE;
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

  /** A list that does not prove itself may be the node's habit: one by one, its receipts may. @throws UnprovenAnswerError, RpcError */
  private async provedReceipts(rpc: Rpc, block: RawBlock, onNewer: OnNewerForm): Promise<ProvedReceipts> {
    try {
      return this.prover.receipts(block, await receiptsOf(rpc, block), onNewer);
    } catch (error) {
      if (!(error instanceof UnprovenAnswerError)) throw error;
      return this.prover.receipts(block, await oneByOne(rpc, block, block.transactions), onNewer);
    }
  }

  /** The block as one endpoint can prove it, or else as all say it. */
  private async agreedBlock(id: BlockId): Promise<RawBlock> {
    const said = await this.agreed.of(
      id.hash,
      (rpc) => this.read(rpc, id, () => undefined),
      'a block’s transactions',
    );
    const proved = said.find(({ proof }) => proof.areTransactionsProved);
    const whole = said.find(({ raw }) => raw.transactions.every(isWhole));
    const { raw } = (proved ?? whole ?? said[0]) as (typeof said)[number];
    if (proved === undefined && said.some((other) => identity(other.raw) !== identity(raw))) {
      throw new UnprovenAnswerError(id.hash, 'endpoints name different transactions of it');
    }
    return raw;
  }

  private async requireSameOutcome(id: BlockId, { txHash, succeeded, logs }: Receipt): Promise<void> {
    const method = 'eth_getTransactionReceipt';
    const read = async (rpc: Rpc) => {
      const other = await rpc.call(method, [txHash]);
      if (other?.blockHash !== id.hash) throw lacks(id);
      return other;
    };
    const said = await this.agreed.of(txHash, read, 'what became of a transaction');
    const isOther = (other: RawReceipt) =>
      (other.status === 1) !== succeeded || inWords(other.logs) !== inWords(logs);
    if (said.some(isOther)) {
      throw new UnprovenAnswerError(id.hash, `endpoints say different things of ${txHash}`);
    }
  }
}

function inWords(logs: Receipt['logs']): string {
  return logs.map(({ address, topics, data }) => [address, ...topics, data].join(' ')).join();
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

function identity({ parentHash, transactions }: RawBlock): string {
  return parentHash + transactions.map(({ hash, from, nonce }) => `${hash} ${from} ${nonce}`).join();
}

/**
 * What a transaction pays for gas by EIP-1559: what its header's base fee leaves of what it offers. Both are under roots.
 * Null: it is of a kind that has rules of its own, or its chain has: Arbitrum Nitro takes no tip as a rule, and of a legacy
 * transaction the base fee too (nitro's docs, "Gas and fees"). Each of its blocks begins with a transaction of its own type.
 */
function priceIn(
  { baseFeePerGas, transactions }: RawBlock,
  transaction: RawTransaction | undefined,
): bigint | null {
  if (transaction === undefined || ![0, 1, 2, 4].includes(transaction.type)) return null;
  if (transactions.some(({ type }) => ARBITRUM_TYPES.includes(type))) return null;
  const { gasPrice, maxFeePerGas, maxPriorityFeePerGas: tip } = transaction;
  if (maxFeePerGas === undefined) return gasPrice ?? null;
  if (baseFeePerGas === undefined || tip === undefined) return null;
  const offered = baseFeePerGas + tip;
  return offered < maxFeePerGas ? offered : maxFeePerGas;
}

/** Those of the list, and one by one what it lacks, as in a node without the method. @throws RpcError where the node lacks some */
async function receiptsOf(rpc: Rpc, block: RawBlock): Promise<RawReceipt[]> {
  const listed = (await allAtOnce(rpc, block)).filter((receipt) => receipt !== null);
  const missing = missingFrom(block, listed);
  if (missing.length === 0) return listed;
  return inOrder(block, [...listed, ...(await oneByOne(rpc, block, missing))]);
}

async function oneByOne(
  rpc: Rpc,
  block: RawBlock,
  transactions: readonly RawTransaction[],
): Promise<RawReceipt[]> {
  const found = await Promise.all(transactions.map(({ hash }) => receiptOf(rpc, hash)));
  return found.map((receipt) => {
    if (receipt === null) throw lacks(block);
    return receipt;
  });
}

async function allAtOnce(rpc: Rpc, block: RawBlock): Promise<(RawReceipt | null)[]> {
  try {
    return (await receiptsByHash(rpc, block)) ?? [];
  } catch (error) {
    if (error instanceof MethodNotFoundError) return [];
    throw error;
  }
}
