import { type ChainConfig } from '../../src/config/chains.js';
import { type Settings } from '../../src/config/settings.js';
import { LedgerCheck } from '../../src/ledger-check/ledger-check.service.js';
import { type CheckedChain } from '../../src/ledger-check/report.js';
import { LedgerRepository } from '../../src/ledger/ledger.repository.js';
import { PayingAccounts } from '../../src/ledger/paying-accounts.js';
import { type TestDatabase } from './database.js';

/** `quittance ledger check`, without the start of a process. */
export function checkBooks(
  { dataSource }: TestDatabase,
  chain: ChainConfig,
  settings: Pick<Settings, 'xpub'> = { xpub: null },
): Promise<CheckedChain> {
  const repository = new LedgerRepository();
  const check = new LedgerCheck(dataSource, [chain], settings, repository, new PayingAccounts());
  return check.check(chain);
}

/** Fails where a chain and its books differ. */
export async function requireBooks(database: TestDatabase, chain: ChainConfig): Promise<CheckedChain> {
  const report = await checkBooks(database, chain);
  const { differences, unchecked } = report;
  if (differences.count + unchecked.count === 0) return report;
  const found = [...differences.all(), ...unchecked.all()];
  throw new Error(`the books are not what the chain says:\n${found.join('\n')}`);
}
