import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { TEST_MNEMONIC } from '../harness/app.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { tempFolder } from '../harness/temp-folder.js';
import { runCommand } from '../harness/terminal.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const ACCOUNT = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), "m/44'/60'/0'").neuter();
const addressAt = (index: number) => ACCOUNT.deriveChild(0).deriveChild(index).address;

let chain: TestChain;
let database: TestDatabase;
const folder = tempFolder();
let settings: Record<string, string>;

beforeAll(async () => {
  chain = await TestChain.start();
  database = await createDatabase();
  const chainsFile = join(folder.path, 'chains.yaml');
  writeChainsFile(chainsFile, chain.config);
  settings = {
    NODE_ENV: 'production',
    CHAINS_FILE: chainsFile,
    XPUB: ACCOUNT.extendedKey,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    DATABASE_URL: database.url,
  };
});
afterAll(async () => {
  await database?.drop();
  await chain?.stop();
  folder.remove();
});

async function refused(given: Record<string, string>): Promise<string> {
  const started = await QuittanceProcess.spawn(folder.path, given);
  await waitFor('the process to give up', () => started.hasEnded, 30_000);
  expect(await started.end()).toBe(1);
  return started.output;
}

/** Every line is an event of the log. */
const events = (output: string) =>
  output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a start in production', () => {
  it('on a database that would give used addresses out again is refused, until it goes past them', async () => {
    await chain.pay(addressAt(3), 1_000n);
    await chain.mine(1);
    const [event] = events(await refused(settings)).slice(-1);
    expect(event?.reason).toMatch(
      new RegExp(
        `${addressAt(3)} \\(index 3\\) on testchain.*Is DATABASE_URL the database you mean.*wallet skip`,
        'i',
      ),
    );
    const skipped = await runCommand(['wallet', 'skip', '--json'], settings);
    expect({ code: skipped.code, err: skipped.err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(skipped.out)).toEqual({
      last_used: 3,
      first_skipped: 0,
      next_index: 404,
      notified_of_skipped: null,
    });
    expect((await runCommand(['wallet', 'skip', '--to', '404'], settings)).err).toMatch(/next one is 404/);
    const running = await QuittanceProcess.start(folder.path, settings);
    expect(await running.end()).toBe(0);
    await expect(
      database.dataSource.query('SELECT from_index, to_index, reason FROM derivation_jumps'),
    ).resolves.toEqual([{ from_index: '0', to_index: '404', reason: 'wallet skip' }]);
  });

  it('with another key than the one that sealed the secrets is refused', async () => {
    const other = randomBytes(32).toString('base64');
    const [event] = events(await refused({ ...settings, ENCRYPTION_KEY: other })).slice(-1);
    expect(event?.reason).toMatch(/ENCRYPTION_KEY has another key under the id "default"/);
    const [renamed] = events(await refused({ ...settings, ENCRYPTION_KEY: `b:${other}` })).slice(-1);
    expect(renamed?.reason).toMatch(/need the key with the id "default"/);
    const rotated = { ...settings, ENCRYPTION_KEY: `b:${other},default:${settings.ENCRYPTION_KEY}` };
    const running = await QuittanceProcess.start(folder.path, rotated);
    expect(await running.end()).toBe(0);
  });
});
