import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPostgresBackend, createRedisBackend, Queue } from 'bullmq';
import { v7 as uuidv7 } from 'uuid';
import { type Settings } from '../../src/config/settings.js';
import { Sealer } from '../../src/http/sealing.js';
import { unusedPort } from '../../src/process/ports.js';
import { WEBHOOK_QUEUE } from '../../src/webhooks/delivery/webhook-queue.js';
import { queuePrefix } from '../../src/queue/queue-prefix.js';
import { TEST_MNEMONIC, TEST_SECRET } from './app.js';
import { createDatabase, type TestDatabase } from './database.js';
import { endWithUs } from './end-with-us.js';
import { PostgresProxy } from './postgres-proxy.js';
import { Receiver } from './receiver.js';
import { type RunningRedis, startRedis } from './redis.js';
import { type TempFolder, tempFolder } from './temp-folder.js';
import { waitFor } from './wait-for.js';

export type Backend = 'Postgres' | 'Redis';

const ROOT = join(import.meta.dirname, '../..');
const ENCRYPTION_KEY = Buffer.alloc(32, 1).toString('base64');
const CHAINS = `- name: nowhere
  chain_id: 99
  rpc_url: http://127.0.0.1:9
  confirmations: 1
  block_time_ms: 1000
  native: { symbol: ETH, decimals: 18 }
`;

/** A worker as a process of its own, that can be killed; a database behind a proxy, a queue and a receiver. */
export class WorkerWorld {
  private worker: ChildProcess | null = null;
  private readonly merchant = uuidv7();

  private constructor(
    readonly database: TestDatabase,
    readonly proxy: PostgresProxy,
    readonly receiver: Receiver,
    private redis: RunningRedis | null,
    private readonly folder: TempFolder,
  ) {}

  static async create(backend: Backend): Promise<WorkerWorld> {
    const database = await createDatabase();
    const redis = backend === 'Redis' ? await startRedis() : null;
    const [proxy, receiver] = await Promise.all([PostgresProxy.start(database.url), Receiver.start()]);
    const world = new WorkerWorld(database, proxy, receiver, redis, tempFolder());
    writeFileSync(join(world.folder.path, 'chains.yaml'), CHAINS);
    await database.dataSource.query(`INSERT INTO merchants (id, name) VALUES ($1, 'survivor')`, [
      world.merchant,
    ]);
    return world;
  }

  async end(): Promise<void> {
    await this.kill();
    await this.receiver.stop();
    await this.redis?.stop();
    await this.proxy.stop();
    await this.database.drop();
    this.folder.remove();
  }

  async start(settings: Record<string, string> = {}): Promise<void> {
    const port = String(await unusedPort());
    const child = spawn(process.execPath, [join(ROOT, 'dist/main.js')], {
      cwd: this.folder.path,
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: this.proxy.url,
        ...(this.redis ? { REDIS_URL: this.redis.url } : {}),
        ROLES: 'worker',
        PORT: port,
        LOG_LEVEL: 'error',
        CHAINS_FILE: join(this.folder.path, 'chains.yaml'),
        DATA_DIR: join(this.folder.path, 'data'),
        MNEMONIC: TEST_MNEMONIC,
        ENCRYPTION_KEY,
        WEBHOOK_RETRY_SCHEDULE: Array(30).fill('100ms').join(','),
        ...settings,
      },
      stdio: 'ignore',
    });
    child.once('exit', endWithUs(child.pid as number, 'KILL'));
    this.worker = child;
    const ready = () =>
      fetch(`http://127.0.0.1:${port}/health/ready`).then(
        (response) => response.ok,
        () => false,
      );
    await waitFor('the worker to be ready', ready, 120_000);
  }

  get isWorkerAlive(): boolean {
    return this.worker !== null && this.worker.exitCode === null && this.worker.signalCode === null;
  }

  /** Stops the worker as a suspended machine does, for so long. */
  async freeze(ms: number): Promise<void> {
    this.suspend();
    await delay(ms);
    this.resume();
  }

  suspend(): void {
    this.worker?.kill('SIGSTOP');
  }

  resume(): void {
    this.worker?.kill('SIGCONT');
  }

  /** kill -9 */
  async kill(): Promise<void> {
    if (!this.worker || !this.isWorkerAlive) return;
    this.worker.kill('SIGKILL');
    await once(this.worker, 'exit');
  }

  async restartRedis(): Promise<void> {
    if (!this.redis) throw new Error('there is no Redis in this world');
    await this.redis.stop();
    this.redis = await startRedis(this.redis);
  }

  async addEndpoints(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) await this.addEndpoint(`${this.receiver.url}/${index}`);
  }

  async addEndpoint(url: string): Promise<void> {
    const sealed = new Sealer({ encryptionKey: ENCRYPTION_KEY } as Settings).seal(TEST_SECRET);
    await this.database.dataSource.query(
      `INSERT INTO webhook_endpoints (id, merchant_id, url, event_types, secrets) VALUES ($1, $2, $3, '{*}', $4)`,
      [uuidv7(), this.merchant, url, JSON.stringify([{ ...sealed, expires_at: null }])],
    );
  }

  async commitEvents(count: number): Promise<void> {
    await this.database.dataSource.query(
      `INSERT INTO events (id, type, merchant_id, body)
       SELECT 'evt_' || gen_random_uuid(), 'payment.confirmed', $1, '{"type":"payment.confirmed","n":' || n || '}'
       FROM generate_series(1, $2) n`,
      [this.merchant, count],
    );
  }

  async countOf(state: string): Promise<number> {
    const sql = 'SELECT count(*) FROM webhook_deliveries WHERE state = $1';
    const [row] = await this.database.dataSource.query<{ count: string }[]>(sql, [state]);
    return Number(row?.count);
  }

  async waitForDelivered(count: number, timeoutMs?: number): Promise<void> {
    await waitFor(
      `${count} delivered`,
      async () => (await this.countOf('delivered').catch(() => 0)) >= count,
      timeoutMs,
    );
  }

  async wipeQueue(): Promise<void> {
    const queue = this.redis
      ? new Queue(
          WEBHOOK_QUEUE,
          { connection: { url: this.redis.url }, prefix: await queuePrefix(this.database.url) },
          createRedisBackend,
        )
      : new Queue(
          WEBHOOK_QUEUE,
          {
            connection: { connectionString: this.database.url, schema: 'bullmq', migrate: false, max: 2 },
          },
          createPostgresBackend,
        );
    await queue.obliterate({ force: true });
    await queue.close();
  }
}
