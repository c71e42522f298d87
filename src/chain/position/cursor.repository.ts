import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In, LessThan, MoreThan } from 'typeorm';
import { type BlockRef } from '../blocks/block.js';
import { ChainBlock } from './chain-block.entity.js';
import { ChainCursor } from './chain-cursor.entity.js';
import { type ChainId } from '../../ids/ids.js';
import { databaseClock } from '../../database/database-clock.js';

/** Someone else moved the cursor since we read it. Nothing was written; the next tick starts from where it is now. */
export class CursorMovedError extends Error {
  readonly retryable = true;

  constructor(chainId: ChainId) {
    super(`the cursor of chain ${chainId} was moved by another scanner meanwhile`);
  }
}

/** How far each chain has been scanned, and the recent blocks by which a reorg is recognised. */
@Injectable()
export class CursorRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  find(chainId: ChainId): Promise<ChainCursor | null> {
    return this.dataSource.manager.findOneBy(ChainCursor, { chainId });
  }

  /** The remembered blocks from `number` downwards, highest first. @param most of them; left out: all */
  knownBlocksFrom(chainId: ChainId, number: number, most?: number): Promise<ChainBlock[]> {
    return this.dataSource.manager.find(ChainBlock, {
      where: { chainId, blockNumber: LessThan(number + 1) },
      order: { blockNumber: 'DESC' },
      ...(most === undefined ? {} : { take: most }),
    });
  }

  /** The lowest remembered block, as this transaction sees it; null when there is none. */
  lowest(manager: EntityManager, chainId: ChainId): Promise<ChainBlock | null> {
    return manager.findOne(ChainBlock, { where: { chainId }, order: { blockNumber: 'ASC' } });
  }

  /** The lowest remembered block above `number`; null when there is none. */
  lowestAbove(chainId: ChainId, number: number): Promise<ChainBlock | null> {
    return this.dataSource.manager.findOne(ChainBlock, {
      where: { chainId, blockNumber: MoreThan(number) },
      order: { blockNumber: 'ASC' },
    });
  }

  /** How many blocks are remembered. */
  count(chainId: ChainId): Promise<number> {
    return this.dataSource.manager.countBy(ChainBlock, { chainId });
  }

  /** The highest remembered block below `number`, as this transaction sees it; null when there is none. */
  async highestBelow(
    manager: EntityManager,
    chainId: ChainId,
    number: number,
  ): Promise<{ number: number; hash: string; time: Date } | null> {
    const block = await manager.findOne(ChainBlock, {
      where: { chainId, blockNumber: LessThan(number) },
      order: { blockNumber: 'DESC' },
    });
    return block && { number: block.blockNumber, hash: block.blockHash, time: block.blockTime };
  }

  /** The hashes remembered at the heights of `blocks`, by height. */
  async remembered(
    manager: EntityManager,
    chainId: ChainId,
    blocks: readonly BlockRef[],
  ): Promise<Map<number, string>> {
    const rows = await manager.findBy(ChainBlock, {
      chainId,
      blockNumber: In(blocks.map(({ number }) => number)),
    });
    return new Map(rows.map(({ blockNumber, blockHash }) => [blockNumber, blockHash]));
  }

  /**
   * Sets the first cursor of a chain. Of two scanners that try, the first wins.
   * @param ancestors of the block, remembered with it
   */
  async start(chainId: ChainId, block: BlockRef, ancestors: readonly BlockRef[]): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const inserted = await manager
        .createQueryBuilder()
        .insert()
        .into(ChainCursor)
        .values(cursorOf(chainId, block))
        .orIgnore()
        .returning('chain_id')
        .execute();
      if ((inserted.raw as unknown[]).length > 0)
        await this.remember(manager, chainId, [...ancestors, block]);
    });
  }

  /**
   * Holds the cursor until the transaction ends.
   * @throws CursorMovedError when it is not where the caller believes
   */
  async lock(manager: EntityManager, chainId: ChainId, expectedHash: string): Promise<void> {
    const cursor = await manager.findOne(ChainCursor, {
      where: { chainId },
      lock: { mode: 'pessimistic_write' },
    });
    if (cursor?.blockHash !== expectedHash) throw new CursorMovedError(chainId);
  }

  /** Holds the cursor where it is until the transaction ends, and says where that is. */
  hold(manager: EntityManager, chainId: ChainId): Promise<ChainCursor> {
    return manager.findOneOrFail(ChainCursor, { where: { chainId }, lock: { mode: 'pessimistic_write' } });
  }

  /**
   * Moves the cursor to the last of `blocks` and remembers them, forgetting what a reorg took and what is too old.
   * @param window blocks to remember
   */
  async advance(
    manager: EntityManager,
    chainId: ChainId,
    blocks: readonly BlockRef[],
    orphanAbove: number | null,
    window: number,
  ): Promise<void> {
    if (orphanAbove !== null) {
      await manager.delete(ChainBlock, { chainId, blockNumber: MoreThan(orphanAbove) });
      // LEAST passes over null.
      await manager.query('UPDATE chain_cursors SET reorged_to = LEAST(reorged_to, $2) WHERE chain_id = $1', [
        chainId,
        orphanAbove,
      ]);
    }
    await this.remember(manager, chainId, blocks);
    const last = blocks.at(-1) as BlockRef;
    await manager.delete(ChainBlock, { chainId, blockNumber: LessThan(last.number - window + 1) });
    await manager.update(
      ChainCursor,
      { chainId },
      { ...cursorOf(chainId, last), updatedAt: databaseClock.now() },
    );
  }

  /**
   * Remembers a block below all that are, as one that ours may link to.
   * @param lowest remembered, as the caller has seen it
   * @throws CursorMovedError when it is another by now: the scan went on
   */
  async rememberBelow(chainId: ChainId, block: BlockRef, lowest: ChainBlock): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await this.hold(manager, chainId);
      const now = await this.lowest(manager, chainId);
      if (now?.blockHash !== lowest.blockHash || block.number >= lowest.blockNumber)
        throw new CursorMovedError(chainId);
      await this.remember(manager, chainId, [block]);
    });
  }

  /**
   * Takes the mark of the reorgs that nobody has looked at, and holds the cursor until the transaction ends, so that no
   * other comes meanwhile.
   * @returns the lowest block they left standing; null: there was none
   */
  async takeReorg(manager: EntityManager, chainId: ChainId): Promise<number | null> {
    const { reorgedTo } = await this.hold(manager, chainId);
    if (reorgedTo !== null) await manager.update(ChainCursor, { chainId }, { reorgedTo: null });
    return reorgedTo;
  }

  private async remember(
    manager: EntityManager,
    chainId: ChainId,
    blocks: readonly BlockRef[],
  ): Promise<void> {
    await manager.query(
      `INSERT INTO chain_blocks (chain_id, block_number, block_hash, block_time)
       SELECT $1, * FROM unnest($2::bigint[], $3::varchar[], $4::timestamptz[])`,
      [
        chainId,
        blocks.map(({ number }) => number),
        blocks.map(({ hash }) => hash),
        blocks.map(({ time }) => time),
      ],
    );
  }
}

function cursorOf(
  chainId: ChainId,
  block: BlockRef,
): Pick<ChainCursor, 'chainId' | 'blockNumber' | 'blockHash' | 'blockTime'> {
  return { chainId, blockNumber: block.number, blockHash: block.hash, blockTime: block.time };
}
