import { Injectable, Logger } from '@nestjs/common';
import { type Receipt } from '../chain/accounts/chain-accounts.js';
import { type BlockId } from '../chain/accounts/chain-evidence.js';
import { databaseClock } from '../database/database-clock.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { steadyMs } from '../process/steady-time.js';
import { type BlockStanding, ScannedChain } from '../scanner/scanned-chain.js';
import { withAgreedFee } from './agreed-fee.js';
import { finalBlockOf } from './final-block.js';
import { type Round } from './movers.js';
import { OutgoingAttempt } from './outgoing-attempt.entity.js';
import { named } from './outgoing-log.js';
import { OutgoingPart } from './outgoing-part.entity.js';
import { OutgoingRecords } from './outgoing-records.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';
import { type OutgoingRecord } from './outgoing.repository.js';
import { lowestBlockOf } from './lowest-block.js';
import {
  outcomeOf,
  partsOutcome,
  unmined,
  unminedParts,
  whyFailed,
  withoutAuthorizations,
} from './outcome.js';
import { ProvenOutcomes } from './proven-outcomes.js';
import { receiptOf } from './receipt-of.js';
import { highestBlockOf, ShownBlocks } from './shown-blocks.js';
import { areEmptyOf } from './transaction-bytes.js';
import { type TxHash } from '../ids/ids.js';

const COMPLAIN_EVERY_MS = 60_000;

/** What was mined: noted, and ended once its block is final. */
@Injectable()
export class MinedTransactions {
  private readonly logger = new Logger('Outgoing');
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  private readonly shown = new ShownBlocks();

  constructor(
    private readonly scanned: ScannedChain,
    private readonly records: OutgoingRecords,
    private readonly outcomes: ProvenOutcomes,
  ) {}

  /**
   * Follows it as far as it is mined. Once its block is part of the scanned chain, that decides, and no node is asked any
   * more. Until then it counts as mined as long as no receipt names another block, and the scan has none at its height:
   * that a node shows no receipt for a moment says nothing. Once nobody shows one for longer, it is sent again as it was.
   * @returns whether it counts as mined
   * @throws RpcError
   */
  async follow(round: Round, record: OutgoingRecord): Promise<boolean> {
    const { outgoing, attempts, parts } = record;
    const block = blockOf(outgoing);
    const standing = block === null ? null : await this.scanned.standing(round.chain, block);
    if (standing === 'canonical') {
      this.shown.forget(outgoing.id);
      if (this.isDeep(round, outgoing, parts)) await this.end(round, record);
      return true;
    }
    const receipt = await receiptOf(round.chain.accounts, attempts);
    if (receipt !== null && (await this.note(round, record, receipt))) return true;
    if (block === null || (standing !== 'unscanned' && standing !== 'unknown')) return false;
    return (
      this.mayBeIn(round, outgoing, block.number) &&
      this.shown.isRecent(outgoing.id, block.number, round.chain)
    );
  }

  /**
   * @param standing of the receipt's block, where the caller knows it
   * @returns false for a receipt of another branch than the scan is on, of a block that nothing of ours links to and
   * endpoints do not agree about, and of one that the chain cannot have yet: another endpoint's receipt, or the blocks
   * themselves, may say more
   */
  async note(
    round: Round,
    record: OutgoingRecord,
    receipt: Receipt,
    standing?: BlockStanding,
  ): Promise<boolean> {
    const { outgoing } = record;
    if (receipt.blockNumber < lowestBlockOf(round.chain, outgoing)) {
      const line = { ...named(round.chain, outgoing), block: receipt.blockNumber };
      this.logger.error(line, 'a node shows a transaction in a block that is older than its signature');
      return false;
    }
    if (standing === undefined && !this.mayBeIn(round, outgoing, receipt.blockNumber)) {
      this.passOver(round, outgoing, receipt);
      return false;
    }
    const stands = standing ?? (await this.standingOf(round, receipt));
    if (stands === 'replaced' || stands === 'unknown') return false;
    if (stands === 'unscanned') this.shown.note(outgoing.id, receipt.blockNumber);
    else this.shown.forget(outgoing.id);
    return this.noteIn(round, record, receipt, stands);
  }

  private async noteIn(
    round: Round,
    record: OutgoingRecord,
    receipt: Receipt,
    standing: BlockStanding,
  ): Promise<boolean> {
    const { outgoing, attempts, parts: before } = record;
    const { chain } = round;
    const bytes = attempts.find(({ txHash }) => txHash === receipt.txHash) as OutgoingAttempt;
    const row = {
      ...outgoing,
      ...outcomeOf(outgoing, receipt, bytes),
      state: 'mined' as const,
      reason: null,
    };
    const parts = partsOutcome(outgoing, before, receipt, bytes);
    if (standing === 'canonical' && this.isDeep(round, row, parts)) {
      await this.end(round, { outgoing: row, attempts, parts });
      return true;
    }
    if (outgoing.state === 'mined' && outgoing.blockHash === receipt.blockHash) return true;
    await this.records.save(chain, row, parts);
    this.logger.log({ ...named(chain, row), block: row.blockNumber }, 'transaction mined');
    return true;
  }

  /** Nothing is final by a node's word, whether it did what it was for or not: its block has to prove the receipt. */
  private async end({ chain }: Round, { outgoing: mined, attempts, parts }: OutgoingRecord): Promise<void> {
    const block = blockOf(mined) as BlockId;
    const receipt = await this.outcomes.receipt(chain, block, mined.txHash as TxHash);
    if (receipt === null) {
      const line = { ...named(chain, mined), block: block.number };
      this.logger.error(line, 'a node showed a receipt of a block that does not have the transaction');
      return this.records.save(chain, unmined(mined), unminedParts(parts));
    }
    const { receipt: final, isDisputed } = await withAgreedFee(chain.accounts, receipt, mined);
    if (isDisputed) {
      const line = { ...named(chain, mined), tx_hash: mined.txHash, fee: final.fee.toString() };
      this.logger.warn(
        line,
        'endpoints differ about what a transaction paid: what its block proves is booked, else the middle of their words',
      );
    }
    const bytes = attempts.find(({ txHash }) => txHash === mined.txHash) as OutgoingAttempt;
    const proven = { ...mined, ...outcomeOf(mined, final, bytes) };
    const outcomes = partsOutcome(mined, parts, final, bytes);
    const shown = areEmptyOf(mined.from, bytes.raw) ? withoutAuthorizations(outcomes) : outcomes;
    return this.records.end(chain, proven, shown, whyFailed(proven, bytes));
  }

  private isDeep(
    { chain, extent }: Round,
    mined: OutgoingTransaction,
    parts: readonly OutgoingPart[],
  ): boolean {
    return (mined.blockNumber as number) <= finalBlockOf(chain, extent, mined, parts);
  }

  private mayBeIn(
    { chain, extent: { scanned } }: Round,
    { id }: OutgoingTransaction,
    block: number,
  ): boolean {
    if (block <= scanned.number) return true;
    return this.shown.mayBeIn(id, block, highestBlockOf(chain, scanned, databaseClock.nowMs()));
  }

  private passOver({ chain, extent }: Round, outgoing: OutgoingTransaction, receipt: Receipt): void {
    if (!this.complaints.isDue(outgoing.id, 'too high', steadyMs())) return;
    const line = { ...named(chain, outgoing), block: receipt.blockNumber, scanned: extent.scanned.number };
    this.logger.warn(
      line,
      'a node shows a transaction in a block far above those scanned: it counts once the scan comes to it',
    );
  }

  private standingOf(
    { chain }: Round,
    { blockNumber: number, blockHash: hash }: Receipt,
  ): Promise<BlockStanding> {
    return this.scanned.standing(chain, { number, hash });
  }
}

/** Null: it is in none. */
function blockOf({ state, blockNumber, blockHash }: OutgoingTransaction): BlockId | null {
  if (state !== 'mined' || blockNumber === null || blockHash === null) return null;
  return { number: blockNumber, hash: blockHash };
}
