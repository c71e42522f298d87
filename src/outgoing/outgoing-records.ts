import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type RawTransaction } from '../chain/blocks/raw-block.js';
import { type Chain } from '../chain/chain.js';
import { addAttempt } from './after-restore/adopted-transactions.js';
import { FinalHooks } from './final-hooks.js';
import { OutgoingBooks } from './outgoing-books.js';
import { named } from './outgoing-log.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { OutgoingPart } from './outgoing-part.entity.js';
import { OutgoingTransaction } from './outgoing-transaction.entity.js';
import { type OutgoingRecord, OutgoingRepository } from './outgoing.repository.js';
import { databaseClock } from '../database/database-clock.js';

/** Writes what the chain shows of an outgoing transaction, its parts and its place in the ledger together. */
@Injectable()
export class OutgoingRecords {
  private readonly logger = new Logger('Outgoing');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly outgoing: OutgoingRepository,
    private readonly books: OutgoingBooks,
    private readonly hooks: FinalHooks,
    private readonly metrics: OutgoingMetrics,
  ) {}

  /** What is known of it for now. */
  save(chain: Chain, row: OutgoingTransaction, parts: readonly OutgoingPart[]): Promise<void> {
    return this.write(chain, row, parts, false);
  }

  /** Bytes of ours that only the chain shows: it is followed by them from now on. */
  async adopt({ outgoing, attempts }: OutgoingRecord, transaction: RawTransaction): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const row = await this.outgoing.lock(manager, outgoing.id);
      await addAttempt(manager, row, attempts.length, transaction);
    });
  }

  /** How it ended, with what follows from that for what it was for. @param why null: it did what it was for */
  async end(
    chain: Chain,
    outgoing: OutgoingTransaction,
    parts: readonly OutgoingPart[],
    why: string | null,
  ): Promise<void> {
    const state = why === null ? ('confirmed' as const) : ('failed' as const);
    const row = { ...outgoing, state, reason: why, finishedAt: databaseClock.now() };
    await this.write(chain, row, parts, true);
    this.metrics.finished(chain.name, row.purpose, state);
    const line = { ...named(chain, row), block: row.blockNumber, fee: row.fee?.toString() };
    if (why === null) this.logger.log(line, 'transaction final');
    else this.logger.error({ ...line, reason: why }, 'transaction failed');
  }

  /** Unless it is final by now: another process, that held the chain a moment ago, may have been faster. */
  private async write(
    chain: Chain,
    row: OutgoingTransaction,
    parts: readonly OutgoingPart[],
    isEnd: boolean,
  ): Promise<void> {
    const blockTime = await this.books.blockTime(chain, row);
    await this.dataSource.transaction(async (manager) => {
      const before = await this.outgoing.lock(manager, row.id);
      if (before.finishedAt !== null) return;
      if (isEnd) await this.hooks.hold(manager, [row]);
      // A reorg may have lowered it since the row was read.
      const { signedAfterBlock } = before;
      await manager.save(OutgoingTransaction, { ...row, signedAfterBlock });
      await manager.save(OutgoingPart, [...parts]);
      await this.books.book(manager, row, blockTime);
      if (isEnd) await this.hooks.run('ended', manager, row);
    });
  }
}
