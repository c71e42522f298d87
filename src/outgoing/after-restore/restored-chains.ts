import { type EntityManager } from 'typeorm';
import { ChainCursor } from '../../chain/position/chain-cursor.entity.js';
import { RestoredChain } from './restored-chain.entity.js';
import { type ChainId } from '../../ids/ids.js';

/** Why nothing is signed on a chain meanwhile, as it goes on after “sweeping is paused: ”. */
export const BEING_READ =
  'the database was restored from a backup, and what was sent after it is being read from the chain; ' +
  'it goes on by itself';

/**
 * Has nothing signed on any chain of a restored database until its blocks since the backup were read: what was paid after
 * the backup would be paid again.
 */
export async function readAgainAfterRestore(manager: EntityManager): Promise<void> {
  const cursors = await manager.find(ChainCursor);
  for (const { chainId, blockNumber } of cursors) {
    await manager.query(
      `INSERT INTO restored_chains AS known (chain_id, from_block, restored_at) VALUES ($1, $2, now())
       ON CONFLICT (chain_id) DO UPDATE SET from_block = least(known.from_block, excluded.from_block),
         restored_at = excluded.restored_at, until_block = NULL`,
      [chainId, blockNumber],
    );
  }
}

/** Whether a chain's blocks since the backup are still to be read. */
export function isBeingRead(manager: EntityManager, chainId: ChainId): Promise<boolean> {
  return manager.existsBy(RestoredChain, { chainId });
}
