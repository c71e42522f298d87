import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type Chain } from '../chain/chain.js';
import { ScannedChain } from '../scanner/scanned-chain.js';
import { FinalHooks } from './final-hooks.js';
import { unmined, unminedParts } from './outcome.js';
import { BlockGoneError, OutgoingBooks } from './outgoing-books.js';
import { named } from './outgoing-log.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { OutgoingPart } from './outgoing-part.entity.js';
import { OutgoingTransaction } from './outgoing-transaction.entity.js';
import { OutgoingRepository } from './outgoing.repository.js';
import { databaseClock } from '../database/database-clock.js';

/**
 * Opens again what was final when a reorg deeper than the chain's confirmations took its block: the ledger says at once
 * that it did not happen, and it is followed to its end once more, with the bytes it has, so that nothing is sent twice.
 */
@Injectable()
export class Reopenings {
  private readonly logger = new Logger('Outgoing');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly scanned: ScannedChain,
    private readonly outgoing: OutgoingRepository,
    private readonly books: OutgoingBooks,
    private readonly hooks: FinalHooks,
    private readonly metrics: OutgoingMetrics,
  ) {}

  /** Looks at the reorgs scanned since the last time. @throws RpcError: then the next time */
  async look(chain: Chain): Promise<void> {
    if (!(await this.scanned.isReorged(chain))) return;
    const reopened = await this.dataSource.transaction(async (manager) => {
      const ancestor = await this.scanned.takeReorg(manager, chain);
      return ancestor === null ? [] : this.reopenAbove(manager, chain, ancestor);
    });
    for (const row of reopened) {
      this.metrics.reopened(chain.name, row.purpose);
      this.logger.error(
        { ...named(chain, row), block: row.blockNumber, block_hash: row.blockHash },
        'a reorg deeper than the confirmations took a final transaction away: it is sent again as it was',
      );
    }
  }

  /** @returns them as they were */
  private async reopenAbove(
    manager: EntityManager,
    chain: Chain,
    ancestor: number,
  ): Promise<OutgoingTransaction[]> {
    const reopened: OutgoingTransaction[] = [];
    const rows = await this.outgoing.lockAbove(manager, chain.chainId, ancestor);
    await this.outgoing.lowerSigned(manager, rows, ancestor);
    for (const row of rows) {
      if (row.finishedAt !== null && (await this.isGone(manager, chain, row))) reopened.push(row);
    }
    await this.hooks.hold(manager, reopened);
    for (const row of reopened) {
      const open = { ...unmined(row), reopenedAt: databaseClock.now() };
      await manager.save(OutgoingTransaction, open);
      await manager.save(OutgoingPart, unminedParts(await this.outgoing.partsOf([row], manager)));
      await this.books.book(manager, open, null);
      await this.hooks.run('reopened', manager, row);
    }
    return reopened;
  }

  private async isGone(manager: EntityManager, chain: Chain, row: OutgoingTransaction): Promise<boolean> {
    const block = { number: row.blockNumber as number, hash: row.blockHash as string };
    const standing = await this.scanned.standing(chain, block, manager);
    // Nobody shows what is there now: the reorg is looked at again.
    if (standing === 'unknown') throw new BlockGoneError(chain.name, block.number);
    // It may have become final on the new branch already.
    return standing !== 'canonical';
  }
}
