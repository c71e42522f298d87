import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { register } from 'prom-client';
import { otherTreasury } from '../../src/replicas/agreed-treasury.js';
import { Replicas } from '../../src/replicas/replicas.js';
import { NO_RATES } from '../../src/config/rates.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { type ChainConfig } from '../../src/config/chains.js';
import { toChainId } from '../../src/ids/ids.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { TEST_MNEMONIC } from '../harness/app.js';

const CHAIN = toChainId(4_242);
const [ONE, TWO] = ['11', '22'].map((byte) => `0x${byte.repeat(20)}`) as [string, string];
const chains = [
  {
    name: 'mychain',
    chainId: CHAIN,
    native: { symbol: 'ETH' },
    tokens: [],
    confirmations: { kind: 'finality', tag: 'finalized' },
    sweep: { enabled: true, minimum: 0n },
  },
] as unknown as ChainConfig[];

let database: TestDatabase;
beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createDatabase();
});
afterAll(async () => {
  register.clear();
  await database?.drop();
});

async function aProcess(treasury: string): Promise<Replicas> {
  register.clear();
  const settings = loadSettings({ MNEMONIC: TEST_MNEMONIC, TREASURY_ADDRESS: treasury });
  const replicas = new Replicas(database.dataSource, settings, chains, NO_RATES);
  await replicas.onModuleInit();
  return replicas;
}
const other = () => otherTreasury(database.dataSource.manager, CHAIN, ONE);

describe('processes on one database', () => {
  it('say what they do not agree on for as long as both run, and do not wait for one that is gone', async () => {
    const one = await aProcess(ONE);
    expect([one.differences(), await other()]).toEqual([[], null]);
    const two = await aProcess(TWO);
    await one.beat();
    const words = new RegExp(`^chain 4242: treasury is ${ONE} here, and ${TWO} in process \\d+ on `);
    expect(one.differences()).toEqual([expect.stringMatching(words)]);
    expect(two.differences()).toHaveLength(1);
    expect(await other()).toMatchObject({ treasury: TWO });

    await two.onModuleDestroy();
    await one.beat();
    expect([one.differences(), await other()]).toEqual([[], null]);

    const killed = await aProcess(TWO);
    await one.beat();
    expect(one.differences()).toHaveLength(1);
    // It was killed a while ago, by the clock as it is, or before the clock was set back by an hour.
    for (const seen of [`now() - interval '40 seconds'`, `now() + interval '1 hour'`]) {
      await database.dataSource.query(
        `UPDATE running_processes SET seen_at = ${seen} WHERE settings ->> $1 = $2`,
        ['chain 4242: treasury', TWO],
      );
      await one.beat();
      expect([one.differences(), await other()]).toEqual([[], null]);
    }
    await Promise.all([one, killed].map((replica) => replica.onModuleDestroy()));
  });
});
