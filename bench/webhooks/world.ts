import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Settings } from '../../src/config/settings.js';
import { Sealer } from '../../src/http/sealing.js';
import { generateSecret } from '../../src/webhooks/signing/signing-key.js';
import { type RunningRedis, startRedis } from '../../test/harness/redis.js';
import { AppProcess, ENCRYPTION_KEY } from '../app-process.js';
import { type BenchDatabase, MERCHANT, startDatabase } from '../database.js';
import { webhookBody } from './bodies.js';

/** Never asked for anything: a worker follows no chain. */
const NOWHERE = {
  name: 'nowhere',
  chain_id: 99,
  rpc_url: 'http://127.0.0.1:9',
  confirmations: 1,
  block_time_ms: 1000,
  native: { symbol: 'ETH', decimals: 18 },
};
const run = promisify(execFile);

export interface Received {
  count: number;
  hanging: number;
  p50: number;
  p99: number;
}

/** Postgres, a receiver and, as long as it is wanted, a worker: each a process of its own. */
export class World {
  private worker: AppProcess | null = null;

  private constructor(
    private readonly database: BenchDatabase,
    private readonly redis: RunningRedis | null,
    private readonly receiver: ChildProcess,
    readonly receiverUrl: string,
  ) {}

  static async start(backend: 'Postgres' | 'Redis'): Promise<World> {
    const database = await startDatabase();
    const redis = backend === 'Redis' ? await startRedis() : null;
    const receiver = fork(join(import.meta.dirname, 'receiver.ts'), { execArgv: ['--import', 'tsx'] });
    const [{ port }] = (await once(receiver, 'message')) as [{ port: number }];
    return new World(database, redis, receiver, `http://127.0.0.1:${port}`);
  }

  get databaseUrl(): string {
    return this.database.url;
  }

  get redisUrl(): string | null {
    return this.redis?.url ?? null;
  }

  async startWorker(): Promise<void> {
    this.worker = await AppProcess.spawn(this.database, NOWHERE, {
      ...(this.redisUrl === null ? {} : { REDIS_URL: this.redisUrl }),
      ROLES: 'worker',
    });
    await this.worker.ready();
  }

  /** The deliveries and endpoints before are gone. @param paths of the receiver, an endpoint each */
  async endpoints(paths: string[]): Promise<void> {
    await this.database.client.query(
      'TRUNCATE webhook_attempts, webhook_deliveries, webhook_endpoints, events, transfers, payments CASCADE',
    );
    const sealer = new Sealer({ encryptionKey: ENCRYPTION_KEY } as Settings);
    const rows = paths.map((path) => ({
      url: this.receiverUrl + path,
      secrets: [{ ...sealer.seal(generateSecret()), expires_at: null }],
    }));
    await this.database.client.query(
      `INSERT INTO webhook_endpoints (id, merchant_id, url, event_types, secrets)
       SELECT gen_random_uuid(), $2, new.url, '{payment.*}', new.secrets
       FROM jsonb_to_recordset($1::jsonb) AS new (url text, secrets jsonb)`,
      [JSON.stringify(rows), MERCHANT],
    );
  }

  /** Commits events, each of a payment of its own. */
  async commitEvents(count: number): Promise<void> {
    await this.database.client.query(
      `WITH paid AS (
         INSERT INTO payments (id, merchant_id, chain_id, chain, address, deposit_scheme, derivation_index, amount,
           status, expires_at)
         SELECT gen_random_uuid(), $1, 99, 'nowhere', '0x' || substr(md5(random()::text) || md5(random()::text), 1, 40),
           'hd', (random() * 9e15)::bigint, 1, 'confirmed', now()
         FROM generate_series(1, $2) RETURNING id)
       INSERT INTO events (id, type, merchant_id, payment_id, body)
       SELECT 'evt_' || gen_random_uuid(), 'payment.confirmed', $1, id, $3 FROM paid`,
      [MERCHANT, count, webhookBody(new Date())],
    );
  }

  /** Waits until so many deliveries are on record as delivered. @returns ms since the epoch */
  async delivered(count: number, pathLike = '%'): Promise<number> {
    for (;;) {
      const { rows } = await this.database.client.query<{ done: string }>(
        `SELECT count(*) AS done FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
         WHERE d.state = 'delivered' AND e.url LIKE $1`,
        [`%${pathLike}`],
      );
      if (Number(rows[0]?.done) >= count) return performance.now();
      await delay(100);
    }
  }

  /** What the receiver got since the last time. */
  async received(): Promise<Received> {
    this.receiver.send('report');
    const [received] = (await once(this.receiver, 'message')) as [Received];
    return received;
  }

  /** A script of this folder, in a process of its own. @returns what it measured, per second */
  async measure(script: string, ...args: string[]): Promise<number> {
    const path = join(import.meta.dirname, script);
    const { stdout } = await run(process.execPath, ['--import', 'tsx', path, ...args]);
    return (JSON.parse(stdout) as { perSecond: number }).perSecond;
  }

  async stop(): Promise<void> {
    await this.worker?.stop();
    this.receiver.kill();
    await this.redis?.stop();
    await this.database.stop();
  }
}
