import { type EntityManager } from 'typeorm';
import { LedgerCheckResult } from './ledger-check-result.entity.js';
import { type CheckedChain } from './report.js';
import { databaseClock } from '../database/database-clock.js';

const NEVER = new Date(0);

/**
 * Keeps what a check came to, in the place of the one before. A chain that is not scanned yet has nothing to keep. What could
 * not be checked all is no check: its differences are kept, and its age goes on growing, until somebody is told of that.
 */
export async function keepCheckResult(
  manager: EntityManager,
  { chainId, block, differences, unchecked }: CheckedChain,
): Promise<void> {
  if (block === null) return;
  const found = { blockNumber: block.number, differences: differences.count };
  if (unchecked.count > 0 && (await manager.existsBy(LedgerCheckResult, { chainId }))) {
    await manager.update(LedgerCheckResult, { chainId }, found);
    return;
  }
  await manager.upsert(
    LedgerCheckResult,
    { ...found, chainId, checkedAt: unchecked.count > 0 ? NEVER : databaseClock.now() },
    ['chainId'],
  );
}
