import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { toChainId } from '../../src/ids/ids.js';
import { unusedPort } from '../../src/process/ports.js';
import { TEST_MNEMONIC } from '../harness/app.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { hasRedis, startRedis } from '../harness/redis.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { tempFolder } from '../harness/temp-folder.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const ACCOUNT = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), "m/44'/60'/0'").neuter();
const addressAt = (index: number) => ACCOUNT.deriveChild(0).deriveChild(index).address;

/** What libraries, Node and mistakes of ours may write or throw, once it is asked for. */
const ODD_COMPANY = `
process.once('SIGUSR2', () => {
  console.log('two\\nlines');
  console.error(new Error('of a library'));
  process.stderr.write('in two ');
  process.stderr.write('parts\\n');
  process.emitWarning('an old way', 'DeprecationWarning', 'DEP9999');
  setImmediate(() => Promise.reject(new Error('at postgres://user:hunter2@host/x')));
});`;

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
      chains: [{ name: 'testchain', chain_id: 31_337, state: 'ready' }],
    });
    expect(running.output).not.toContain(password);
    expect(running.output).not.toContain(settings.XPUB);
  });

  it('writes nothing but JSON whatever libraries, Node and errors that nobody caught have to say', async () => {
    const odd = join(folder.path, 'odd.mjs');
    writeFileSync(odd, ODD_COMPANY);
    const redis = hasRedis() ? await startRedis(undefined, ['--maxmemory-policy', 'allkeys-lru']) : null;
    try {
      const running = await QuittanceProcess.start(folder.path, {
        ...settings,
        NODE_OPTIONS: `--import ${pathToFileURL(odd).href}`,
        DEBUG: 'ioredis:*',
        LOG_LEVEL: 'trace',
        METRICS_TOKEN: 'metrics-of-the-operator',
        ...(redis && { REDIS_URL: redis.url }),
      });
      running.signal('SIGUSR2');
      await waitFor('the process to end', () => running.hasEnded);
      expect(await running.end()).toBe(1);
      const told = events(running.output);
      for (const event of told) expect(event).toEqual(expect.objectContaining({ level: expect.any(String) }));
      const by = (context: string) => told.filter((event) => event.context === context);
      expect(by('console').map(({ msg }) => msg)).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^two\nlines$/),
          expect.stringMatching(/of a library/),
        ]),
      );
      expect(by('stderr').map(({ msg }) => msg)).toContain('in two parts');
      expect(by('node').at(0)).toMatchObject({ warning: 'DeprecationWarning', msg: 'an old way' });
      expect(told.at(-1)).toMatchObject({
        level: 'fatal',
        msg: 'ended by an error that nobody caught',
        err: { message: 'at postgres://[redacted]@host/x' },
      });
      if (redis) expect(running.output).toContain('Eviction policy is allkeys-lru');
    } finally {
      await redis?.stop();
    }
  });

  it('says when no chain is served', async () => {
    const wrong = join(folder.path, 'wrong.yaml');
    writeChainsFile(wrong, { ...chain.config, chainId: toChainId(31_338) });
    const running = await QuittanceProcess.start(folder.path, {
      ...settings,
      XPUB: '',
      ROLES: 'scanner',
      CHAINS_FILE: wrong,
    });
    expect(await running.end()).toBe(0);
    const told = events(running.output);
    expect(told.find(({ msg }) => msg === 'started')).toMatchObject({
      chains: [{ name: 'testchain', chain_id: 31_338, state: 'refused' }],
    });
    expect(told.find(({ msg }) => String(msg).startsWith('no chain is served'))).toMatchObject({
      level: 'error',
    });
  });

  it('shows metrics and the details of health on METRICS_PORT, and not beside the API', async () => {
    const port = await unusedPort();
    const running = await QuittanceProcess.start(folder.path, { ...settings, METRICS_PORT: String(port) });
    const asked = async (at: string) => {
      const answer = await fetch(at);
      return { status: answer.status, text: await answer.text() };
    };
    const own = `http://127.0.0.1:${port}`;
    expect((await asked(`${own}/metrics`)).text).toContain('quittance_build_info');
    expect((await asked(`${own}/health`)).text).toContain('"endpoints"');
    expect(await asked(`${own}/health/ready`)).toMatchObject({ status: 200 });
    expect(await asked(`${own}/health/live`)).toEqual({ status: 200, text: '{"status":"ok"}' });
    expect(await asked(`${own}/api/v1/payments`)).toMatchObject({ status: 404 });
    expect(await asked(`${running.url}/metrics`)).toMatchObject({ status: 401 });
    expect((await asked(`${running.url}/health`)).text).toBe('{"status":"ok"}');
    expect(await running.end()).toBe(0);
  });
});
