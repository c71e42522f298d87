import { Injectable, Logger } from '@nestjs/common';
import { Broadcasts } from './broadcasts.js';
import { LateTransactions } from './late-transactions.js';
import { type Round } from './movers.js';
import { named } from './outgoing-log.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { OutgoingRecords } from './outgoing-records.js';
import { OutgoingTransaction } from './outgoing-transaction.entity.js';
import { type OutgoingRecord, OutgoingRepository } from './outgoing.repository.js';
import { unmined, unminedParts } from './outcome.js';
import { UsedNonces } from './used-nonces.js';

/** What is in no block: given to nodes again, with a higher fee when it takes too long. */
@Injectable()
export class UnminedTransactions {
  private readonly logger = new Logger('Outgoing');

  constructor(
    private readonly outgoing: OutgoingRepository,
    private readonly records: OutgoingRecords,
    private readonly broadcasts: Broadcasts,
    private readonly late: LateTransactions,
    private readonly metrics: OutgoingMetrics,
    private readonly nonces: UsedNonces,
  ) {}

  /** @param isNext no transaction of its account with a lower nonce waits. @throws RpcError */
  async send(round: Round, record: OutgoingRecord, isNext: boolean): Promise<void> {
    const { chain, quote, isPaused } = round;
    const outgoing = await this.withoutBlock(round, record);
    const now = { ...record, outgoing };
    const { isMaybe, isSure: isUsed } = await this.isUsed(round, now);
    if (isMaybe && (await this.nonces.follow(round, now))) return;
    await this.broadcasts.unlessRecent(chain, now);
    if (isUsed || !isNext || isPaused) return;
    if (!(await this.late.signAgain(chain, now, quote))) return;
    await this.broadcasts.send(chain, { ...now, attempts: await this.outgoing.attemptsOf([outgoing]) });
  }

  /**
   * Whether its nonce is used, as nodes say: of one that may be, final blocks are read, and where all say so, nothing is
   * signed over it. Where they contradict each other, it is signed again in time, with the same nonce: the chain takes one.
   */
  private async isUsed(
    { chain: { accounts } }: Round,
    record: OutgoingRecord,
  ): Promise<{ isMaybe: boolean; isSure: boolean }> {
    const { from, nonce } = record.outgoing;
    const isFirst = (await accounts.nonce(from, 'latest')) > nonce;
    // Before it is late, nothing hangs on a word that it is not.
    if (!isFirst && !this.late.isLate(record)) return { isMaybe: false, isSure: false };
    const said = (await accounts.nonces(from)).map((one) => one > nonce);
    const users = said.filter((isUsed) => isUsed).length;
    return { isMaybe: users > 0 && 2 * users >= said.length, isSure: users === said.length };
  }

  /** A reorg took its block away, or nobody shows it there any more: it waits again, with the bytes it has. */
  private async withoutBlock(
    { chain }: Round,
    { outgoing, parts }: OutgoingRecord,
  ): Promise<OutgoingTransaction> {
    if (outgoing.state !== 'mined') return outgoing;
    const row = unmined(outgoing);
    await this.records.save(chain, row, unminedParts(parts));
    this.metrics.reorged(chain.name);
    this.logger.warn(
      named(chain, outgoing),
      'the transaction is no longer in the block that it was in: it is sent again',
    );
    return row;
  }
}
