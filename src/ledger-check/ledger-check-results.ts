import { type EntityManager } from 'typeorm';
import { LedgerCheckResult } from './ledger-check-result.entity.js';
import { type CheckedChain } from './report.js';
import { databaseClock } from '../database/database-clock.js';

/** Keeps what a check came to, in the place of the one before. A chain that is not scanned yet has nothing to keep. */
export async function keepCheckResult(
  manager: EntityManager,
  { chainId, block, differences }: CheckedChain,
): Promise<void> {
  if (block === null) return;
  await manager.upsert(
    LedgerCheckResult,
    { chainId, checkedAt: databaseClock.now(), blockNumber: block.number, differences: differences.count },
    ['chainId'],
  );
}
