import { Injectable } from '@nestjs/common';
import { doesTheSame } from './after-restore/sent-transfer.js';
import { finalBlockOf } from './final-block.js';
import { MinedTransactions } from './mined-transactions.js';
import { type Round } from './movers.js';
import { OutgoingRecords } from './outgoing-records.js';
import { type OutgoingRecord } from './outgoing.repository.js';
import { unminedParts, withoutAuthorizations } from './outcome.js';
import { type NonceUse, ProvenOutcomes } from './proven-outcomes.js';
import { receiptsOf } from './receipt-of.js';

/** Transactions whose nonce is used, as a node says, while it shows no receipt of ours. */
@Injectable()
export class UsedNonces {
  constructor(
    private readonly mined: MinedTransactions,
    private readonly records: OutgoingRecords,
    private readonly outcomes: ProvenOutcomes,
  ) {}

  /**
   * The node may be late, have lost its index, or be wrong. So every endpoint is asked, and then the final blocks
   * themselves say who used it. Bytes that do the same as ours are ours: they replaced them after a backup was taken.
   * @returns false: that is not known yet
   * @throws RpcError, UnprovenAnswerError
   */
  async follow(round: Round, record: OutgoingRecord): Promise<boolean> {
    const { chain, extent } = round;
    const { outgoing, attempts, parts } = record;
    for (const receipt of await receiptsOf(chain.accounts, attempts)) {
      if (await this.mined.note(round, record, receipt)) return true;
    }
    const final = finalBlockOf(chain, extent, outgoing, parts);
    if (final < 0) return false;
    const use = await this.outcomes.nonceUse(chain, record, final);
    if (use.by === 'open') return false;
    if (use.by === 'another' && doesTheSame(use.transaction, record)) {
      await this.records.adopt(record, use.transaction);
      return false;
    }
    if (use.by !== 'ours') {
      await this.taken(round, record, use);
      return true;
    }
    const receipt = await this.outcomes.receipt(chain, use.block, use.txHash);
    return receipt !== null && this.mined.note(round, record, receipt, 'canonical');
  }

  /** Somebody else has the key. The row keeps the block that says so: a reorg that takes it opens it again. */
  private async taken(
    { chain }: Round,
    { outgoing, parts }: OutgoingRecord,
    use: Exclude<NonceUse, { by: 'open' }>,
  ): Promise<void> {
    const { nonce, from } = outgoing;
    const who = 'txHash' in use ? `a transaction that is not ours (${use.txHash})` : 'no transaction of ours';
    const reason = `nonce ${nonce} of ${from} was used by ${who}: nothing was sent. Find out who else has the key`;
    const unused = withoutAuthorizations(unminedParts(parts));
    const row = { ...outgoing, blockNumber: use.block.number, blockHash: use.block.hash };
    await this.records.end(chain, row, unused, reason);
  }
}
