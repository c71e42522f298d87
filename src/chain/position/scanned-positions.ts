import { type EntityManager, In } from 'typeorm';
import { ChainCursor } from './chain-cursor.entity.js';
import { type ChainId } from '../../ids/ids.js';

/** The last block up to which a chain has been scanned. */
export interface ScannedPosition {
  number: number;
  hash: string;
  time: Date;
}

/**
 * How far chains have been scanned, for readers: only the scanner moves a position.
 * @param chainIds null: all
 * @returns by chain id; a chain whose scan has not begun is left out
 */
export async function scannedPositions(
  manager: EntityManager,
  chainIds: readonly number[] | null = null,
): Promise<Map<number, ScannedPosition>> {
  const rows = await manager.find(ChainCursor, {
    where: chainIds === null ? {} : { chainId: In([...chainIds]) },
  });
  return new Map(rows.map((row) => [row.chainId, positionOf(row)]));
}

/** Holds the scan of a chain where it is until the transaction ends. Null: it has not begun. */
export async function holdPosition(
  manager: EntityManager,
  chainId: ChainId,
): Promise<ScannedPosition | null> {
  const row = await manager.findOne(ChainCursor, { where: { chainId }, lock: { mode: 'pessimistic_write' } });
  return row && positionOf(row);
}

function positionOf({ blockNumber, blockHash, blockTime }: ChainCursor): ScannedPosition {
  return { number: blockNumber, hash: blockHash, time: blockTime };
}
