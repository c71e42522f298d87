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

/** As far as a chain's endpoints agreed when they were last compared; what others than its own scanner decide by. */
export interface AgreedPosition {
  number: number;
  /** Up to when everything has been looked for. */
  time: Date;
  /** The highest block up to `number` that the chain calls final; null where that is not asked. */
  finalNumber: number | null;
}

/** @returns by chain id; a chain of which nothing is agreed yet is left out. `isUnsure`: its time is before that of `number` */
export async function agreedPositions(
  manager: EntityManager,
  chainIds: readonly number[],
): Promise<Map<number, AgreedPosition & { isUnsure: boolean }>> {
  const rows = await manager.query<
    { id: string; number: string; time: Date; final: string | null; unsure: boolean }[]
  >(
    `SELECT cursor.chain_id AS id, agreed_number AS number, agreed_time AS time, final_number AS final,
       coalesce(agreed_time < block.block_time, false) AS unsure
     FROM chain_cursors cursor LEFT JOIN chain_blocks block
       ON block.chain_id = cursor.chain_id AND block.block_number = cursor.agreed_number
     WHERE cursor.chain_id = ANY($1) AND agreed_number IS NOT NULL AND agreed_time IS NOT NULL`,
    [chainIds],
  );
  return new Map(
    rows.map(({ id, number, time, final, unsure: isUnsure }) => [
      Number(id),
      { number: Number(number), time, finalNumber: final === null ? null : Number(final), isUnsure },
    ]),
  );
}

/** Before the time of every block from this one on. @param blockTime of the first block that something is not known of */
export function justBefore(blockTime: Date): Date {
  return new Date(blockTime.getTime() - 1);
}

/** Notes how far the chain is agreed on, where that has changed. The caller holds the cursor. */
export async function saveAgreed(
  manager: EntityManager,
  chainId: ChainId,
  { number, time, finalNumber }: AgreedPosition,
): Promise<void> {
  await manager.query(
    `UPDATE chain_cursors SET agreed_number = $2, agreed_time = $3, final_number = $4
     WHERE chain_id = $1 AND (agreed_number, agreed_time, final_number) IS DISTINCT FROM ($2::bigint, $3::timestamptz, $4::bigint)`,
    [chainId, number, time, finalNumber],
  );
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
