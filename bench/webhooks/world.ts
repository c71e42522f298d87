import { type ChildProcess, execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Settings } from '../../src/config/settings.js';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { migrate } from '../../src/database/migrate.js';
import { Sealer } from '../../src/http/sealing.js';
import { unusedPort } from '../../src/process/ports.js';
import { generateSecret } from '../../src/webhooks/signing-key.js';
import { endWithUs } from '../../test/harness/end-with-us.js';
import { startRedis } from '../../test/harness/redis.js';
import { tempFolder } from '../../test/harness/temp-folder.js';
import { webhookBody } from './bodies.js';

const ROOT = join(import.meta.dirname, '../..');
const MERCHANT = '019aafd6-5c80-7a3e-8f10-000000000001';
const ENCRYPTION_KEY = Buffer.alloc(32, 1).toString('base64');
const MNEMONIC = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
/** Never asked for anything: a worker follows no chain. */
const CHAINS = `- name: nowhere
  chain_id: 99
  rpc_url: http://127.0.0.1:9
  confirmations: 1
  block_time_ms: 1000
  native: { symbol: ETH, decimals: 18 }
`;
const run = promisify(execFile);

export interface Received {
  count: number;
  hanging: number;
  p50: number;
  p99: number;
}

/** Postgres, a receiver and, as long as it is wanted, a worker: each a process of its own. */
export class World {
  private worker: ChildProcess | null = null;

  private constructor(
    readonly databaseUrl: string,
    readonly redisUrl: string | null,
    private readonly database: pg.Client,
    private readonly receiver: ChildProcess,
    readonly receiverUrl: string,
    private readonly folder: string,
    private readonly stops: (() => Promise<unknown> | void)[],
  ) {}

  static async start(backend: 'Postgres' | 'Redis'): Promise<World> {
    const folder = tempFolder();
    const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined });
    const callOff = endWithUs(postgres.pid, 'QUIT', folder.path);
    const redis = backend === 'Redis' ? await startRedis() : null;
    await migrate(postgres.url);
    const database = new pg.Client({ connectionString: postgres.url });
    await database.connect();
    const receiver = fork(join(import.meta.dirname, 'receiver.ts'), { execArgv: ['--import', 'tsx'] });
    const [{ port }] = (await once(receiver, 'message')) as [{ port: number }];
    writeFileSync(join(folder.path, 'chains.yaml'), CHAINS);
    await database.query(`INSERT INTO merchants (id, name) VALUES ($1, 'bench')`, [MERCHANT]);
    const stops = [
      () => database.end(),
      () => void receiver.kill(),
      () => redis?.stop(),
      () => postgres.stop(),
      callOff,
      () => folder.remove(),
    ];
    const url = `http://127.0.0.1:${port}`;
    return new World(postgres.url, redis?.url ?? null, database, receiver, url, folder.path, stops);
  }

  async startWorker(): Promise<void> {
    const port = String(await unusedPort());
    this.worker = spawn(process.execPath, [join(ROOT, 'dist/main.js')], {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: this.databaseUrl,
        ...(this.redisUrl === null ? {} : { REDIS_URL: this.redisUrl }),
        ROLES: 'worker',
        PORT: port,
        CHAINS_FILE: join(this.folder, 'chains.yaml'),
        DATA_DIR: join(this.folder, 'worker'),
        MNEMONIC,
        ENCRYPTION_KEY,
      },
      stdio: ['ignore', process.env.BENCH_LOG ? 'inherit' : 'ignore', 'inherit'],
    });
    const ready = () =>
      fetch(`http://127.0.0.1:${port}/health/ready`).then(
        (response) => response.ok,
        () => false,
      );
    while (!(await ready())) await delay(50);
  }

  async stopWorker(): Promise<void> {
    if (!this.worker || this.worker.exitCode !== null) return;
    this.worker.kill('SIGTERM');
    await once(this.worker, 'exit');
    this.worker = null;
  }

  /** The deliveries and endpoints before are gone. @param paths of the receiver, an endpoint each */
  async endpoints(paths: string[]): Promise<void> {
    await this.database.query(
      'TRUNCATE webhook_attempts, webhook_deliveries, webhook_endpoints, events, transfers, payments',
    );
    const sealer = new Sealer({ encryptionKey: ENCRYPTION_KEY } as Settings);
    const rows = paths.map((path) => ({
      url: this.receiverUrl + path,
      secrets: [{ ...sealer.seal(generateSecret()), expires_at: null }],
    }));
    await this.database.query(
      `INSERT INTO webhook_endpoints (id, merchant_id, url, event_types, secrets)
       SELECT gen_random_uuid(), $2, new.url, '{payment.*}', new.secrets
       FROM jsonb_to_recordset($1::jsonb) AS new (url text, secrets jsonb)`,
      [JSON.stringify(rows), MERCHANT],
    );
  }

  /** Commits events, each of a payment of its own. */
  async commitEvents(count: number): Promise<void> {
    await this.database.query(
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
      const { rows } = await this.database.query<{ done: string }>(
        `SELECT count(*) AS done FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
         WHERE d.state = 'delivered' AND e.url LIKE $1`,
        [`%${pathLike}`],
      );
      if (Number(rows[0]?.done) >= count) return performance.now();
      await delay(50);
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
    await this.stopWorker();
    for (const stop of this.stops) await stop();
  }
}
