import { type EntityManager } from 'typeorm';
import { type ChainId } from '../../ids/ids.js';

/**
 * SQL that is true where a row's block is part of the scanned chain, as far as that is remembered.
 * @param row the table's name in the query; it has chain_id, block_number and block_hash
 */
export function isInScannedChain(row: string): string {
  return `EXISTS (SELECT FROM chain_blocks block WHERE block.chain_id = ${row}.chain_id
    AND block.block_number = ${row}.block_number AND block.block_hash = ${row}.block_hash)`;
}

/** The block up to which a chain is scanned, as this transaction sees it; null: none. */
export async function scannedTo(manager: EntityManager, chainId: ChainId): Promise<number | null> {
  const [row] = await manager.query<{ block_number: string }[]>(
    'SELECT block_number FROM chain_cursors WHERE chain_id = $1',
    [chainId],
  );
  return row === undefined ? null : Number(row.block_number);
}
