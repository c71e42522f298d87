import { type Proofs } from '../../config/chains.js';
import { type RawBlock, type RawFullHeader, type RawLog, type RawReceipt } from '../blocks/raw-block.js';
import { arrange, type Arranged, type Receipt } from '../blocks/arrangement.js';
import { type BlockProof, proveBlock, proveLogs, proveReceipts, type ReceiptsProof } from './block-proof.js';
import { KnownForms } from './known-forms.js';
import { isWithoutGaps, requireOwnBranch } from '../blocks/log-order.js';
import { OddStructureError, type OnNewerForm } from './newer-form.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';

/** What was seen of a newer fork, for the operator, who needs a newer version. */
export interface NewerFork {
  /** As in "header of a newer fork: slotHash". */
  what: string;
  /** The last block in which it was seen. */
  block: number;
}

/** So many blocks without it, and it was not the chain, but an endpoint. */
const FORGOTTEN_AFTER_BLOCKS = 1_000;

/** So many blocks later it is asked again whether an odd form is one of the chain, where nothing else shows it. */
const SHOWN_AGAIN_AFTER_BLOCKS = 100;

/** Receipts in the order of the transactions, and what of them was proved. */
export interface ProvedReceipts extends Arranged {
  proof: ReceiptsProof;
}

/** Proves the answers about one chain's blocks, as far as `proofs` says and the blocks' own form allows. */
export class BlockProver {
  private readonly forms = new KnownForms();
  /** Forms that were taken before, since no endpoint had the blocks in a known one, and in which block that was shown. */
  private readonly taken = new Map<string, number>();
  private seen: NewerFork | null = null;

  /**
   * @param onNewer called with each form that is not known, once
   * @param onRemark called with what was passed over in an answer, though the block was read
   */
  constructor(
    readonly proofs: Proofs,
    private readonly onNewer: (what: string, block: number) => void = () => undefined,
    private readonly onRemark: (remark: string, block: number) => void = () => undefined,
  ) {}

  /** What was last seen of a newer fork; null: nothing for a while. @param head the last block read */
  newerFork(head: number): NewerFork | null {
    return this.seen !== null && head - this.seen.block <= FORGOTTEN_AFTER_BLOCKS ? this.seen : null;
  }

  /** As `proveBlock`. @throws UnprovenAnswerError; what `onNewer` throws where a form is not known */
  block(block: RawBlock, number: number, onNewer: OnNewerForm): BlockProof {
    const proof = proveBlock(block, number, this.proofs, this.forms);
    this.admit(proof.newer, number, onNewer);
    return proof;
  }

  /**
   * As `block`, of one that has been read before, by any process: its form was taken then, however far it is from where it
   * was shown last, and is not taken anew. Where nothing is proved, what is read of the block again is agreed on by all.
   * @throws UnprovenAnswerError; NewerFormError where the form was never taken
   */
  blockAgain(block: RawBlock, number: number): BlockProof {
    const proof = proveBlock(block, number, this.proofs, this.forms);
    const { newer } = proof;
    if (newer === null || this.taken.has(newer.what)) return proof;
    if (this.proofs === 'off' && newer instanceof OddStructureError) return proof;
    throw newer;
  }

  /** Whether a header makes its hash. @throws UnprovenAnswerError where it does not though all of it is known */
  header(header: RawFullHeader): boolean {
    const { isProved, newer } = this.forms.of(header);
    if (!isProved && newer.length === 0) {
      throw new UnprovenAnswerError(header.hash, 'its header does not make its hash');
    }
    return isProved;
  }

  /**
   * The receipts of a block's transactions, proved where the chain's roots prove them. Where they do, neither the order
   * nor what the node says of itself matters; where they do not, its structure is believed.
   * @throws UnprovenAnswerError; what `onNewer` throws
   */
  receipts(block: RawBlock, given: readonly RawReceipt[], onNewer: OnNewerForm): ProvedReceipts {
    const arranged = arrange(block, given);
    if (this.proofs === 'off') {
      requireOwn(block, arranged);
      this.requireUsualStructure(block, arranged, onNewer);
      this.remark(arranged, block);
      return { ...arranged, proof: 'none' };
    }
    const own = arranged.receipts.filter((receipt): receipt is Receipt => receipt !== null);
    const isAsGiven = own.length === given.length && own.every((receipt, index) => receipt === given[index]);
    const proof = this.proved(block, arranged, () =>
      isAsGiven ? this.root(block, own, onNewer) : this.eitherRoot(block, arranged, given, onNewer),
    );
    this.remark(arranged, block);
    return { ...arranged, proof };
  }

  /** @throws UnprovenAnswerError */
  logs(block: RawBlock, logs: readonly RawLog[]): void {
    if (this.proofs !== 'off') proveLogs(block, logs);
  }

  /** What other chains' nodes do not do is taken where no endpoint has it otherwise. @throws what `onNewer` throws */
  admitOdd({ hash, number }: RawBlock, what: string, onNewer: OnNewerForm): void {
    this.admit(new OddStructureError(hash, what), number, onNewer);
  }

  /** Nothing is proved; but numbers of logs with gaps are what a log left out looks like. */
  private requireUsualStructure(block: RawBlock, { receipts }: Arranged, onNewer: OnNewerForm): void {
    const logs = receipts.flatMap((receipt) => receipt?.logs ?? []);
    requireOwnBranch(block, logs);
    if (isWithoutGaps(logs)) return;
    this.admit(new OddStructureError(block.hash, 'numbers of logs with gaps'), block.number, onNewer);
  }

  /** What makes the root is of the block, whatever a node says of it; what does not is of the one that it names. */
  private proved(block: RawBlock, arranged: Arranged, prove: () => ReceiptsProof): ReceiptsProof {
    try {
      const proof = prove();
      if (proof !== 'root') requireOwn(block, arranged);
      return proof;
    } catch (error) {
      if (error instanceof UnprovenAnswerError) requireOwn(block, arranged);
      throw error;
    }
  }

  /** What stands beside the transactions may be in the root, or may not. */
  private eitherRoot(
    block: RawBlock,
    { receipts }: Arranged,
    given: readonly RawReceipt[],
    onNewer: OnNewerForm,
  ): ReceiptsProof {
    try {
      requireInPlace(block, receipts, given);
      return this.root(block, given, onNewer);
    } catch (error) {
      if (!(error instanceof UnprovenAnswerError)) throw error;
      const own = receipts.filter((receipt): receipt is Receipt => receipt !== null);
      return this.root(block, own, onNewer);
    }
  }

  private root(block: RawBlock, receipts: readonly RawReceipt[], onNewer: OnNewerForm): ReceiptsProof {
    const newer = proveReceipts(block, receipts);
    this.admit(newer, block.number, onNewer);
    return newer === null ? 'root' : 'bloom';
  }

  private admit(newer: BlockProof['newer'], number: number, onNewer: OnNewerForm): void {
    if (newer === null) return;
    const shownIn = this.taken.get(newer.what);
    if (shownIn === undefined || this.isToBeShownAgain(shownIn, number)) {
      onNewer(newer);
      this.taken.set(newer.what, number);
    }
    if (shownIn === undefined) {
      if (newer instanceof OddStructureError)
        this.onRemark(`${newer.what}: a habit of the chain's nodes`, number);
      else this.onNewer(newer.what, number);
    }
    if (newer instanceof OddStructureError) return;
    this.seen = { what: newer.what, block: number };
  }

  /**
   * Where nothing is proved, only other endpoints, and receipts one by one, show that an odd form is a habit, and not what
   * one endpoint left out: in each such block where they are rare, in some where each has it, since that costs calls.
   */
  private isToBeShownAgain(shownIn: number, number: number): boolean {
    return this.proofs === 'off' && Math.abs(number - shownIn) >= SHOWN_AGAIN_AFTER_BLOCKS;
  }

  private remark({ remarks }: Arranged, block: RawBlock): void {
    remarks.forEach((remark) => this.onRemark(remark, block.number));
  }
}

/** @throws UnprovenAnswerError when a receipt is of another block: a reorg came in between */
function requireOwn({ hash }: RawBlock, { foreign }: Arranged): void {
  if (foreign !== null) throw new UnprovenAnswerError(hash, foreign);
}

/**
 * A root covers places and no hashes (yellow paper, section 4.4.2): what it proves is of the transaction at its place, and
 * not of the one that the node writes beside it.
 * @throws UnprovenAnswerError
 */
function requireInPlace(
  { hash }: RawBlock,
  receipts: readonly (Receipt | null)[],
  given: readonly RawReceipt[],
): void {
  const at = receipts.findIndex((receipt, index) => receipt !== given[index]);
  if (at >= 0)
    throw new UnprovenAnswerError(hash, `what is at place ${at} is not the receipt of transaction ${at}`);
}
