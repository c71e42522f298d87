import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPostgresBackend, createRedisBackend, Queue } from 'bullmq';
import { v7 as uuidv7 } from 'uuid';
import { type Settings } from '../../src/config/settings.js';
import { Sealer } from '../../src/http/sealing.js';
import { unusedPort } from '../../src/process/ports.js';
import { WEBHOOK_QUEUE } from '../../src/webhooks/webhook-queue.js';
import { TEST_MNEMONIC, TEST_SECRET } from '../harness/app.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { endWithUs } from '../harness/end-with-us.js';
import { Receiver } from '../harness/receiver.js';
import { hasRedis, type RunningRedis, startRedis } from '../harness/redis.js';
import { type TempFolder, tempFolder } from '../harness/temp-folder.js';
import { waitFor } from '../harness/wait-for.js';

const ROOT = join(import.meta.dirname, '../..');
const ENCRYPTION_KEY = Buffer.alloc(32, 1).toString('base64');
const CHAINS = `- name: nowhere
  chain_id: 99
  rpc_url: http://127.0.0.1:9
  confirmations: 1
  block_time_ms: 1000
  native: { symbol: ETH, decimals: 18 }
`;
/** SURVIVAL_EVENTS=10000 SURVIVAL_KILLS=5 for the whole of it. */
const EVENTS = Number(process.env.SURVIVAL_EVENTS ?? 40);
const ENDPOINTS = 20;
const KILLS = Number(process.env.SURVIVAL_KILLS ?? 2);
const WAIT_MS = Math.max(90_000, EVENTS * 200);

describe.each(['Postgres', 'Redis'] as const)('a worker process, with its queue on %s', (backend) => {
  if (backend === 'Redis' && !hasRedis() && !process.env.CI) {
    it.skip('needs redis-server, which is not installed here', () => undefined);
    return;
  }

  let database: TestDatabase;
  let receiver: Receiver;
  let redis: RunningRedis | null;
  let folder: TempFolder;
  let worker: ChildProcess | null;
  const merchant = uuidv7();

  beforeEach(async () => {
    database = await createDatabase();
    receiver = await Receiver.start();
    redis = backend === 'Redis' ? await startRedis() : null;
    folder = tempFolder();
    writeFileSync(join(folder.path, 'chains.yaml'), CHAINS);
    await database.dataSource.query(`INSERT INTO merchants (id, name) VALUES ($1, 'survivor')`, [merchant]);
  });
  afterEach(async () => {
    await kill();
    await receiver.stop();
    await redis?.stop();
    await database.drop();
    folder.remove();
  });

  const start = async (settings: Record<string, string> = {}) => {
    const port = String(await unusedPort());
    const child = spawn(process.execPath, [join(ROOT, 'dist/main.js')], {
      cwd: folder.path,
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: database.url,
        ...(redis ? { REDIS_URL: redis.url } : {}),
        ROLES: 'worker',
        PORT: port,
        LOG_LEVEL: 'error',
        CHAINS_FILE: join(folder.path, 'chains.yaml'),
        DATA_DIR: join(folder.path, 'data'),
        MNEMONIC: TEST_MNEMONIC,
        ENCRYPTION_KEY,
        WEBHOOK_RETRY_SCHEDULE: Array(30).fill('100ms').join(','),
        ...settings,
      },
      stdio: 'ignore',
    });
    child.once('exit', endWithUs(child.pid as number, 'KILL'));
    worker = child;
    const ready = () =>
      fetch(`http://127.0.0.1:${port}/health/ready`).then(
        (response) => response.ok,
        () => false,
      );
    await waitFor('the worker to be ready', ready, 30_000);
  };
  const kill = async () => {
    if (!worker || worker.exitCode !== null || worker.signalCode !== null) return;
    worker.kill('SIGKILL');
    await once(worker, 'exit');
  };
  const addEndpoints = async (count: number) => {
    const sealed = new Sealer({ encryptionKey: ENCRYPTION_KEY } as Settings).seal(TEST_SECRET);
    for (let index = 0; index < count; index += 1) {
      await database.dataSource.query(
        `INSERT INTO webhook_endpoints (id, merchant_id, url, event_types, secrets) VALUES ($1, $2, $3, '{*}', $4)`,
        [uuidv7(), merchant, `${receiver.url}/${index}`, JSON.stringify([{ ...sealed, expires_at: null }])],
      );
    }
  };
  const commitEvents = (count: number) =>
    database.dataSource.query(
      `INSERT INTO events (id, type, merchant_id, body)
       SELECT 'evt_' || gen_random_uuid(), 'payment.confirmed', $1, '{"type":"payment.confirmed","n":' || n || '}'
       FROM generate_series(1, $2) n`,
      [merchant, count],
    );
  const countOf = async (state: string) => {
    const sql = 'SELECT count(*) FROM webhook_deliveries WHERE state = $1';
    const [row] = await database.dataSource.query<{ count: string }[]>(sql, [state]);
    return Number(row?.count);
  };
  const wipeQueue = async () => {
    const queue = redis
      ? new Queue(WEBHOOK_QUEUE, { connection: { url: redis.url } }, createRedisBackend)
      : new Queue(
          WEBHOOK_QUEUE,
          { connection: { connectionString: database.url, schema: 'bullmq', migrate: false, max: 2 } },
          createPostgresBackend,
        );
    await queue.obliterate({ force: true });
    await queue.close();
  };

  it('that is killed between the POST and its record sends it again, under the same webhook-id', async () => {
    await addEndpoints(1);
    receiver.answer = () => undefined;
    await start();
    await commitEvents(1);
    await waitFor('the POST', () => receiver.received.length === 1, 20_000);
    await kill();
    receiver.answer = (response) => response.writeHead(204).end();
    await start();
    await waitFor('it to be delivered', async () => (await countOf('delivered')) === 1, 40_000);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(receiver.received.length).toBeGreaterThanOrEqual(2);
  }, 90_000);

  it(
    `delivers ${EVENTS} events to ${ENDPOINTS} endpoints that fail 30 % of the time, while it is killed ${KILLS} times and the queue is wiped`,
    async () => {
      await addEndpoints(ENDPOINTS);
      const accepted = new Map<string, number>();
      receiver.answer = (response, { url, headers }) => {
        if (Math.random() < 0.3) return response.writeHead(500).end('at random');
        const key = `${url} ${headers['webhook-id'] as string}`;
        accepted.set(key, (accepted.get(key) ?? 0) + 1);
        return response.writeHead(204).end();
      };
      await start();
      await commitEvents(EVENTS);
      const total = EVENTS * ENDPOINTS;
      for (let count = 1; count <= KILLS; count += 1) {
        const share = (total * count) / (KILLS + 2);
        await waitFor(`${share} delivered`, async () => (await countOf('delivered')) >= share, WAIT_MS);
        await kill();
        if (count === KILLS) await wipeQueue();
        await start();
      }
      await waitFor('all to be delivered', async () => (await countOf('delivered')) === total, WAIT_MS);

      expect({ pending: await countOf('pending'), dead: await countOf('dead') }).toEqual({
        pending: 0,
        dead: 0,
      });
      // Each endpoint accepted each event: nothing is missing, and what came twice came under the same id.
      expect(accepted.size).toBe(total);
      const [log] = await database.dataSource.query<{ unexplained: string; uneven: string }[]>(
        `SELECT count(*) FILTER (WHERE a.last_status IS DISTINCT FROM 204) AS unexplained,
           count(*) FILTER (WHERE a.count <> d.attempts) AS uneven
         FROM webhook_deliveries d LEFT JOIN LATERAL (
           SELECT count(*), (array_agg(status ORDER BY started_at DESC, id DESC))[1] AS last_status
           FROM webhook_attempts WHERE delivery_id = d.id) a ON true`,
      );
      expect(log).toEqual({ unexplained: '0', uneven: '0' });
    },
    WAIT_MS * 3,
  );

  it('delivers what happened while its connections to the database were cut, again and again', async () => {
    await addEndpoints(1);
    await start();
    for (let round = 0; round < 5; round += 1) {
      await commitEvents(20);
      await database.dataSource.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      );
    }
    await waitFor(
      'all to be delivered',
      async () => (await countOf('delivered').catch(() => 0)) === 100,
      60_000,
    );
    expect(worker?.exitCode).toBeNull();
  }, 120_000);
});
