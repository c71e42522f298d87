import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { awaitDatabase, beginAgain } from '../../src/database/await-database.js';
import { requireQueueOnRedis } from '../../src/queue/redis-check.js';
import { missingSchemas } from '../../src/runtime/schemas.js';
import { requireChainsOfPayments } from '../../src/runtime/chains-gone.js';
import { type Settings } from '../../src/config/settings.js';
import { TestApp } from '../harness/app.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { metricsOf } from '../harness/metrics.js';
import { PostgresProxy } from '../harness/postgres-proxy.js';
import { hasRedis, type RunningRedis, startRedis } from '../harness/redis.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const TOKEN = 'metrics-of-the-operator';

describe('while the database is away', () => {
  let database: TestDatabase;
  let proxy: PostgresProxy;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    proxy = await PostgresProxy.start(database.url);
    app = await TestApp.start({
      database: { ...database, url: proxy.url },
      settings: { roles: ['api'], metricsToken: TOKEN },
    });
  });
  afterAll(async () => {
    await app?.close();
    await proxy?.stop();
    await database?.drop();
  });

  it('answers 503 and when to come again, and all goes on by itself', async () => {
    proxy.down();
    const read = await app.request('GET', '/api/v1/payments');
    expect(read).toMatchObject({ status: 503, body: { type: 'urn:quittance:problem:unavailable' } });
    expect(read.headers.get('retry-after')).toBe('5');
    const made = await app.request('POST', '/api/v1/payments', { chain: 'x', amount: '1' });
    expect(made).toMatchObject({ status: 503, body: { detail: expect.stringMatching(/Idempotency-Key/) } });
    proxy.up();
    await waitFor(
      'it to answer again',
      async () => (await app.request('GET', '/api/v1/payments')).status === 200,
    );
  });

  it('says so in the OpenAPI document, of every route', async () => {
    const { body } = await app.request<{ paths: Record<string, Record<string, { responses: object }>> }>(
      'GET',
      '/openapi.json',
    );
    const operations = Object.values(body.paths).flatMap((path) => Object.values(path));
    expect(operations.length).toBeGreaterThan(20);
    for (const { responses } of operations) expect(responses).toHaveProperty('503');
  });

  it('keeps metrics and the details of health for whoever has METRICS_TOKEN', async () => {
    const asked = async (path: string, token: string) => {
      const answer = await fetch(`${app.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
      return { status: answer.status, text: await answer.text() };
    };
    expect((await asked('/metrics', 'somebody else')).status).toBe(401);
    expect((await asked('/metrics', TOKEN)).text).toContain('quittance_loop_seconds_since_step');
    expect((await asked('/health', '')).text).toBe('{"status":"ok"}');
    expect((await asked('/health', TOKEN)).text).toContain('"parts"');
  });
});

describe('a start without its database', () => {
  let database: TestDatabase;
  let proxy: PostgresProxy;
  beforeAll(async () => {
    database = await createDatabase();
    proxy = await PostgresProxy.start(database.url);
  });
  afterAll(async () => {
    await proxy?.stop();
    await database?.drop();
  });

  it('waits for one that is away, says so, and ends when it is told to', async () => {
    proxy.down();
    const warned: string[] = [];
    const stopping = new AbortController();
    const wait = (signal: AbortSignal) =>
      awaitDatabase(proxy.url, { warn: (line) => void warned.push(line), signal });
    const stopped = expect(wait(stopping.signal)).rejects.toThrow(/aborted/);
    const waiting = wait(new AbortController().signal);
    await waitFor('both to say so', () => warned.length === 2);
    expect(warned[0]).toMatch(/^the database at 127\.0\.0\.1:\d+ cannot be reached .* It is waited for$/);
    stopping.abort();
    await stopped;
    proxy.up();
    await waiting;
    expect(warned).toHaveLength(2);
  });

  it('begins again where it goes away in the middle, and says so once', async () => {
    const warned: string[] = [];
    const waiting = { warn: (line: string) => void warned.push(line), signal: new AbortController().signal };
    let begun = 0;
    const steps = await beginAgain(async () => {
      await awaitDatabase(proxy.url, waiting);
      begun += 1;
      if (begun < 3) proxy.down();
      const missing = await missingSchemas({ url: proxy.url, hasQueue: true }).catch((error: unknown) => {
        proxy.up();
        throw error;
      });
      return { begun, missing };
    }, waiting);
    expect(steps).toEqual({ begun: 3, missing: [] });
    expect(warned).toEqual([
      expect.stringMatching(/^the database went away while we started: .*begins again$/),
    ]);
  });

  it('does not begin again for what waiting does not change', async () => {
    const waiting = { warn: () => undefined, signal: new AbortController().signal };
    const refused = () => Promise.reject(new Error('the wallet is another one'));
    await expect(beginAgain(refused, waiting)).rejects.toThrow('the wallet is another one');
    const cut = new pg.Client({ connectionString: database.url, statement_timeout: 20 });
    await cut.connect();
    await expect(beginAgain(() => cut.query('SELECT pg_sleep(9)'), waiting)).rejects.toThrow(
      /statement timeout/,
    );
    await cut.end();
  });

  it('does not wait where waiting changes nothing', async () => {
    const url = new URL(database.url);
    url.pathname = '/nowhere';
    const waiting = { warn: () => undefined, signal: new AbortController().signal };
    await expect(awaitDatabase(url.href, waiting)).rejects.toThrow(/does not have this database/);
    url.searchParams.set('sslmode', 'require');
    await expect(awaitDatabase(url.href, waiting)).rejects.toThrow(/does not speak TLS/);
  });
});

(hasRedis() ? describe : describe.skip)('a queue on Redis', () => {
  let redis: RunningRedis | null = null;
  afterEach(async () => {
    await redis?.stop();
    redis = null;
  });
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);

  it('that refuses the password, or a user without rights, stops the start', async () => {
    redis = await startRedis(undefined, [
      '--requirepass',
      'right',
      '--user',
      'clerk',
      'on',
      '>word',
      '+ping',
      '+info',
    ]);
    const at = (login: string) => `redis://${login}127.0.0.1:${redis?.port}`;
    await expect(requireQueueOnRedis(at(':right@'), say)).resolves.toBeUndefined();
    for (const login of ['', ':wrong@', 'clerk:word@'])
      await expect(requireQueueOnRedis(at(login), say)).rejects.toThrow(
        /refuses us \((NOAUTH|WRONGPASS|NOPERM)/,
      );
    expect(lines).toEqual([]);
  });

  it('that is away is waited for', async () => {
    await expect(requireQueueOnRedis('redis://127.0.0.1:1', say)).resolves.toBeUndefined();
    expect(lines.join('\n')).toMatch(/the queue at 127\.0\.0\.1:1 does not answer yet/);
  });
});

describe('payments on a chain that is listed no more', () => {
  it('stop a start in production, unless the chain was left on purpose', async () => {
    const chain = await TestChain.start();
    const app = await TestApp.start({ chains: [chain.config], settings: { roles: ['api'] } });
    const said: string[] = [];
    const check = (nodeEnv: Settings['nodeEnv'], left: (typeof chain.config)[] = []) =>
      requireChainsOfPayments(
        { settings: { nodeEnv } as Settings, chains: [], left },
        app.database.url,
        (line) => void said.push(line),
      );
    try {
      await expect(check('production')).resolves.toBeUndefined();
      await app.createPayment();
      await expect(check('production')).rejects.toThrow(
        /open on chain id 31337 \(1 payment\).*enabled: false/,
      );
      await expect(check('production', [chain.config])).resolves.toBeUndefined();
      expect(said).toEqual(['payments are open on testchain (1 payment), and nobody watches that chain']);
      expect((await metricsOf(app)).get('quittance_payments_unwatched{chain_id="31337"}')).toBeUndefined();
      await app.close();
      const later = await TestApp.start({ before: app, settings: { roles: ['api'] } });
      try {
        expect((await metricsOf(later)).get('quittance_payments_unwatched{chain_id="31337"}')).toBe(1);
      } finally {
        await later.close();
      }
    } finally {
      await app.stop();
      await chain.stop();
    }
  });
});
