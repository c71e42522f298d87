import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LedgerCheckResult } from '../../src/ledger-check/ledger-check-result.entity.js';
import { keepCheckResult } from '../../src/ledger-check/ledger-check-results.js';
import { type CheckedChain } from '../../src/ledger-check/report.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database?.drop());

it('a check of the books that could not look at everything is kept, and is no check: its age goes on growing', async () => {
  const { manager } = database.dataSource;
  const kept = async (chainId: number, differences: number, unchecked: number) => {
    const found = {
      chainId,
      block: { number: 7 },
      differences: { count: differences },
      unchecked: { count: unchecked },
    };
    await keepCheckResult(manager, found as CheckedChain);
    return manager.findOneByOrFail(LedgerCheckResult, { chainId: found.chainId as CheckedChain['chainId'] });
  };
  const whole = await kept(1, 0, 0);
  expect(Date.now() - whole.checkedAt.getTime()).toBeLessThan(60_000);
  expect(await kept(1, 2, 1)).toMatchObject({ checkedAt: whole.checkedAt, differences: 2 });
  expect((await kept(1, 0, 0)).checkedAt.getTime()).toBeGreaterThan(whole.checkedAt.getTime());
  expect((await kept(2, 0, 1)).checkedAt.getTime()).toBe(0);
});
