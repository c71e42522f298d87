import { type ReceiptsProof } from '../proof/block-proof.js';
import { type BlockProver, type ProvedReceipts } from '../proof/block-prover.js';
import {
  inKnownFormFirst,
  type NewerFormError,
  OddStructureError,
  type OnNewerForm,
} from '../proof/newer-form.js';
import { saysOutcome } from '../blocks/arrangement.js';
import { tokenRecipients } from '../transfers/movements.js';
import { type Outcome, type RawBlock, type RawLog, type RawReceipt } from '../blocks/raw-block.js';
import { type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { inOrder, listedTwice, missingFrom, receiptOf, receiptsByHash } from './listed-receipts.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { type BlockLogs, notYet } from './block-logs.js';
import { type Sources } from '../rpc/sources.js';
import { type Address, type TokenAddress, type TxHash } from '../../ids/ids.js';

/** What a block's receipts are read for. */
export interface Wanted {
  /** Native value goes to an address of ours, if its transaction succeeded. */
  isPaid: boolean;
  /** Contracts whose Transfer logs count, lower-case. */
  tokens: ReadonlySet<TokenAddress>;
  isAnyOwn: (addresses: readonly Address[]) => Promise<boolean>;
}

export interface BlockOutcomes {
  /** By the block's transactions; null where the node has none of it, and nobody can have it. */
  outcomes: readonly (Outcome | null)[];
  /** What of them the block's root or bloom proves. */
  proof: ReceiptsProof;
}

/** One endpoint or several. */
export type Asked = Pick<RpcPool, 'fromOneEndpoint'>;

/**
 * Reads what became of a block's transactions, in the first way that an endpoint can answer: all receipts at once; its
 * logs, and receipts one by one only where something is ours; receipts one by one; logs alone.
 */
export class BlockReceipts {
  constructor(
    private readonly rpc: Asked,
    private readonly prover: BlockProver,
    private readonly logs: BlockLogs,
    private readonly logsAlone: BlockLogs,
    private readonly sources: Sources,
  ) {}

  /**
   * @returns null when nothing in the block reaches us
   * @throws UnprovenAnswerError, RpcError
   */
  of(block: RawBlock, wanted: Wanted): Promise<BlockOutcomes | null> {
    return this.sources.first<BlockOutcomes | null>(block.hash, [
      { name: 'eth_getBlockReceipts', ask: () => this.atOnce(block, wanted) },
      { name: 'eth_getLogs, then receipts', ask: () => this.whereOurs(block, wanted) },
      { name: 'eth_getTransactionReceipt', ask: () => this.oneByOne(block, wanted) },
      // Without a bloom that proves them, missing logs could not be told apart from none.
      ...(this.prover.proofs === 'off'
        ? []
        : [{ name: 'eth_getLogs alone', ask: () => this.byLogsAlone(block, wanted) }]),
    ]);
  }

  /** By hash and not by number, so that a reorg in between cannot mix two branches. */
  private atOnce(block: RawBlock, wanted: Wanted): Promise<BlockOutcomes> {
    return this.fromOne('eth_getBlockReceipts', async (rpc, onNewer) => {
      const given = await receiptsByHash(rpc, block);
      // It may have the block, and not have executed it yet, or no longer have it; another endpoint may.
      if (given === null) throw notYet(block);
      const known = given.filter((receipt) => receipt !== null);
      return told(block, wanted, await this.completed(rpc, block, known, onNewer));
    });
  }

  /**
   * What looks as if something had been left out is taken for a habit of the chain's nodes only when the receipts say
   * the same one by one.
   */
  private async usualOrConfirmed(
    rpc: Rpc,
    block: RawBlock,
    given: readonly RawReceipt[],
    onNewer: OnNewerForm,
  ): Promise<ProvedReceipts> {
    let odd: OddStructureError | null = null;
    const told = (error: NewerFormError) => {
      onNewer(error);
      if (error instanceof OddStructureError) throw (odd = error);
    };
    try {
      return this.prover.receipts(block, given, told);
    } catch (error) {
      if (odd === null || error !== odd) throw error;
      const single = await Promise.all(block.transactions.map(({ hash }) => receiptOf(rpc, hash)));
      const inAll = new Map(given.map((receipt) => [receipt.transactionHash, receipt]));
      for (const receipt of single) {
        if (receipt === null) throw notYet(block);
        if (receipt.blockHash !== block.hash) continue;
        const other = inAll.get(receipt.transactionHash);
        if (other?.logs.length !== receipt.logs.length) {
          throw new UnprovenAnswerError(
            block.hash,
            `receipts of ${receipt.transactionHash} differ in their logs`,
          );
        }
      }
      return this.prover.receipts(block, given, onNewer);
    }
  }

  /** Some nodes leave out receipts of the list that they have one by one. */
  private async completed(
    rpc: Rpc,
    block: RawBlock,
    given: readonly RawReceipt[],
    onNewer: OnNewerForm,
  ): Promise<ProvedReceipts> {
    if (given.length === 0) {
      throw new UnprovenAnswerError(block.hash, `${block.transactions.length} transactions but no receipts`);
    }
    const missing = missingFrom(block, given);
    const single = await Promise.all(missing.map(({ hash }) => receiptOf(rpc, hash)));
    const all = [...given, ...single.filter((receipt) => receipt !== null)];
    const { own, elsewhere } = await this.apart(rpc, block, all, onNewer);
    if (missing.length === 0) return this.usualOrConfirmed(rpc, block, own, onNewer);
    return rootedOrComplete(block, this.prover.receipts(block, inOrder(block, own), onNewer), elsewhere);
  }

  /** Where no root shows which receipts are of the block, those that another block has are told apart from those of a reorg. */
  private async apart(
    rpc: Rpc,
    block: RawBlock,
    given: readonly RawReceipt[],
    onNewer: OnNewerForm,
  ): Promise<{ own: readonly RawReceipt[]; elsewhere: ReadonlySet<TxHash> }> {
    const isOwn = ({ blockHash }: RawReceipt) => blockHash === block.hash;
    if (this.prover.proofs !== 'off' || given.every(isOwn)) return { own: given, elsewhere: NOTHING };
    const elsewhere = await listedTwice(rpc, block, given);
    if (elsewhere.size > 0) this.prover.admitOdd(block, 'transactions that another block has', onNewer);
    return { own: given.filter((one) => isOwn(one) || !elsewhere.has(one.transactionHash)), elsewhere };
  }

  /**
   * Logs alone prove less than receipts: the bloom covers no amounts, and no log that looks like another. They do to see
   * that a block has nothing for us; where it has, all its receipts are read one by one.
   */
  private async whereOurs(block: RawBlock, wanted: Wanted): Promise<BlockOutcomes | null> {
    const isOurs =
      wanted.isPaid || (await wanted.isAnyOwn(tokenRecipients(await this.logs.of(block), wanted.tokens)));
    return isOurs ? this.oneByOne(block, wanted) : null;
  }

  private oneByOne(block: RawBlock, wanted: Wanted): Promise<BlockOutcomes> {
    return this.fromOne('eth_getTransactionReceipt', async (rpc, onNewer) => {
      const given = await Promise.all(block.transactions.map(({ hash }) => receiptOf(rpc, hash)));
      const known = given.filter((receipt) => receipt !== null);
      const { own, elsewhere } = await this.apart(rpc, block, known, onNewer);
      const proved = this.prover.receipts(block, own, onNewer);
      return told(block, wanted, rootedOrComplete(block, proved, elsewhere));
    });
  }

  /**
   * Where no receipt can be had at all: the logs are those of transactions that succeeded. Whether one that only pays
   * did, they do not tell.
   */
  private async byLogsAlone(block: RawBlock, { isPaid }: Wanted): Promise<BlockOutcomes> {
    if (isPaid) throw new RpcError('every endpoint', 'for receipts', `none has those of block ${block.hash}`);
    const logs = await this.logsAlone.of(block);
    const byHash = new Map<string, RawLog[]>();
    for (const log of logs) {
      const hash = log.transactionHash;
      byHash.set(hash, [...(byHash.get(hash) ?? []), log]);
    }
    const outcomes = block.transactions.map(({ hash }) => {
      const own = byHash.get(hash);
      return own === undefined
        ? null
        : { transactionHash: hash, blockHash: block.hash, status: 1, logs: own };
    });
    return { outcomes, proof: 'bloom' };
  }

  private fromOne(
    what: string,
    read: (rpc: Rpc, onNewer: OnNewerForm) => Promise<BlockOutcomes>,
  ): Promise<BlockOutcomes> {
    return inKnownFormFirst((onNewer) => this.rpc.fromOneEndpoint((rpc) => read(rpc, onNewer), what));
  }
}

/**
 * Where we may be paid, that each receipt says whether its transaction succeeded: silence is no failure.
 * @throws UnprovenAnswerError
 */
function told(
  block: RawBlock,
  { isPaid }: Wanted,
  { receipts: outcomes, proof }: ProvedReceipts,
): BlockOutcomes {
  if (!isPaid) return { outcomes, proof };
  block.transactions.forEach(({ hash, to, value }, index) => {
    const outcome = outcomes[index] ?? null;
    if (to === null || value === 0n || outcome === null || saysOutcome(outcome)) return;
    throw new UnprovenAnswerError(block.hash, `the receipt of ${hash} has no status`);
  });
  return { outcomes, proof };
}

/** What a root proves is all there is; without one, a transaction has to have its receipt, unless another block has it. */
function rootedOrComplete(
  block: RawBlock,
  proved: ProvedReceipts,
  elsewhere: ReadonlySet<TxHash>,
): ProvedReceipts {
  const { receipts, proof } = proved;
  const isMissing = ({ hash }: { hash: TxHash }, index: number) =>
    receipts[index] === null && !elsewhere.has(hash);
  if (proof !== 'root' && block.transactions.some(isMissing)) throw notYet(block);
  return proved;
}

const NOTHING: ReadonlySet<TxHash> = new Set();
