import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { TEST_MNEMONIC } from '../harness/app.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { tempFolder } from '../harness/temp-folder.js';
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
  it('wants to be told which database, were it the embedded one', async () => {
    const { DATABASE_URL, ...misspelt } = settings;
    const [event] = events(await refused({ ...misspelt, DATABSE_URL: String(DATABASE_URL) }));
    expect(event).toMatchObject({ level: 'fatal', msg: 'did not start' });
    expect(event?.reason).toMatch(/DATABASE_URL: must name your database .* DATABASE_URL=embedded/);
  });

  it('says in one line what it runs on, and writes nothing but JSON', async () => {
    const running = await QuittanceProcess.start(folder.path, settings);
    expect(await running.end()).toBe(0);
    const { host, pathname, password } = new URL(database.url);
    expect(events(running.output).find(({ msg }) => msg === 'started')).toMatchObject({
      level: 'info',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      roles: ['api', 'scanner', 'worker', 'sweeper'],
      database: { kind: 'external', host, name: pathname.slice(1) },
      queue: { kind: 'postgres' },
      wallet: addressAt(0).toLowerCase(),
      chains: [{ name: 'testchain', chain_id: 31_337 }],
    });
    expect(running.output).not.toContain(password);
    expect(running.output).not.toContain(settings.XPUB);
  });
});
