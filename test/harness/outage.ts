import { expect } from '@jest/globals';
import { runningLoops } from '../../src/process/loops.js';
import { runningMs } from '../../src/process/running-time.js';
import { TestApp } from './app.js';
import { createDatabase, type TestDatabase } from './database.js';
import { metricsOf } from './metrics.js';
import { PostgresProxy } from './postgres-proxy.js';
import { Receiver } from './receiver.js';
import { type RunningRedis, startRedis } from './redis.js';
import { TestChain } from './test-chain.js';
import { waitFor } from './wait-for.js';

/** Longer than any time after which a statement or a connection is given up. */
const OUTAGE_MS = 40_000;
/** A statement is given up after 25 s, a wait for a connection after 20 s; the rest is a busy machine. */
const ANSWERED_WITHIN_MS = 40_000;
/** Until the loops are at work again. */
export const BACK_WITHIN_MS = 60_000;

/** What a client is told that asks for what the outage keeps from it. */
export const UNAVAILABLE = 'urn:quittance:problem:unavailable';

interface Told {
  status: number;
  retryAfter: string | null;
  type: string | undefined;
  ms: number;
}

/** The whole app, all roles, with its database behind a proxy, a chain and a merchant's endpoint. */
export class Outage {
  private constructor(
    readonly database: TestDatabase,
    readonly proxy: PostgresProxy,
    readonly chain: TestChain,
    readonly receiver: Receiver,
    readonly app: TestApp,
  ) {}

  static async start(redis: RunningRedis | null = null): Promise<Outage> {
    const database = await createDatabase();
    const [proxy, chain, receiver] = await Promise.all([
      PostgresProxy.start(database.url),
      TestChain.start(),
      Receiver.start(),
    ]);
    const app = await TestApp.start({
      chains: [chain.config],
      database: { ...database, url: proxy.url },
      settings: {
        webhookUrl: receiver.url,
        webhookRetryScheduleMs: [1_000, 2_000, 5_000, 5_000],
        redisUrl: redis?.url ?? null,
      },
    });
    return new Outage(database, proxy, chain, receiver, app);
  }

  async stop(): Promise<void> {
    this.proxy.up();
    await this.app.close();
    await this.receiver.stop();
    await this.chain.stop();
    await this.proxy.stop();
    await this.database.drop();
  }

  /** A payment whose transaction waits for a block. @returns its id */
  async paid(): Promise<string> {
    const { id, address } = await this.app.createPayment();
    await this.chain.pay(address, 1_000n);
    return id;
  }

  /** What a client is told, and how long that took. */
  async told(method: string, path: string, body?: object): Promise<Told> {
    const since = Date.now();
    const { status, headers, body: said } = await this.app.request<{ type?: string }>(method, path, body);
    return { status, retryAfter: headers.get('retry-after'), type: said?.type, ms: Date.now() - since };
  }

  lines(text: string): string[] {
    return this.app.log.filter((line) => line.includes(text));
  }

  async errors(failure: string): Promise<number> {
    return (await metricsOf(this.app)).get(`quittance_database_errors_total{class="${failure}"}`) ?? NaN;
  }

  /** The outage is over: a payment that was paid during it is confirmed and told, new ones are, and every loop goes. */
  async isOver(paidMeanwhile: string): Promise<void> {
    const endedAt = runningMs();
    await this.chain.mine(5);
    await this.app.waitForStatus(paidMeanwhile, 'confirmed', BACK_WITHIN_MS);
    await this.receiver.waitForEvent(paidMeanwhile, 'payment.confirmed', BACK_WITHIN_MS);
    const next = await this.app.createPayment();
    await this.chain.pay(next.address, 1_000n);
    await this.chain.mine(5);
    await this.app.waitForStatus(next.id, 'confirmed', BACK_WITHIN_MS);
    await this.receiver.waitForEvent(next.id, 'payment.confirmed', BACK_WITHIN_MS);
    await waitFor(
      'every loop to have ended a step since',
      () => runningLoops().every(({ finishedAtMs }) => finishedAtMs > endedAt),
      BACK_WITHIN_MS,
    );
    expect((await this.told('GET', '/health/ready')).status).toBe(200);
    const events = await this.app.eventsOf(paidMeanwhile);
    expect(events).toEqual(['payment.created', 'payment.detected', 'payment.confirmed']);
  }

  /** Waits until the outage has lasted. @param since it began, ms since 1970 */
  hasLasted(since: number, ms = OUTAGE_MS): Promise<unknown> {
    return waitFor('the outage to have lasted', () => Date.now() - since >= ms, ms + 60_000);
  }
}

/** Requests are told 503 in time while the database is gone for 40 s, and all goes on by itself. */
export async function databaseGone(outage: Outage, begin: () => void): Promise<void> {
  const id = await outage.paid();
  const since = Date.now();
  begin();
  await outage.chain.mine(3);
  const requests = [
    outage.told('GET', '/api/v1/payments'),
    outage.told('GET', `/api/v1/payments/${id}`),
    outage.told('POST', '/api/v1/payments', { chain: 'testchain', amount: '1' }),
    outage.told('GET', '/api/v1/chains'),
    outage.told('GET', '/api/v1/events'),
  ];
  const ready = await outage.told('GET', '/health/ready');
  expect([ready.status, ready.ms < 10_000]).toEqual([503, true]);
  expect((await outage.told('GET', '/health/live')).status).toBe(200);
  const metrics = await metricsOf(outage.app);
  expect(metrics.get('quittance_scanner_is_holder{chain="testchain"}')).toBeDefined();
  expect([...metrics.keys()].some((key) => key.startsWith('quittance_payments_open'))).toBe(false);
  for (const answer of await Promise.all(requests)) {
    expect(answer).toMatchObject({ status: 503, retryAfter: '5', type: UNAVAILABLE });
    expect(answer.ms).toBeLessThan(ANSWERED_WITHIN_MS);
  }
  await outage.hasLasted(since);
  // The log of an outage is to be read: what fails ten times a second is said a few times a minute.
  for (const loop of ['scan step failed', 'dispatch failed', 'reconciliation failed'])
    expect(outage.lines(loop).length).toBeLessThanOrEqual(5);
  expect((await outage.told('GET', '/health/live')).status).toBe(200);
  expect(outage.lines('scan step failed').length).toBeGreaterThan(0);
  expect((await outage.errors('away')) + (await outage.errors('too_slow'))).toBeGreaterThan(0);
  // What a loop says again and again is said once a minute.
  expect(outage.lines('scan step failed').length).toBeLessThan(30);
  outage.proxy.up();
  await outage.isOver(id);
}

/** Payments go on while the queue's Redis is gone for 40 s, and webhooks come when it is back. */
export async function redisGone(kind: 'frozen' | 'away'): Promise<void> {
  let redis = await startRedis();
  const outage = await Outage.start(redis);
  try {
    const { id, address } = await outage.app.createPayment();
    await outage.receiver.waitForEvent(id, 'payment.created');
    const since = Date.now();
    if (kind === 'frozen') redis.freeze();
    else await redis.stop();
    await outage.chain.pay(address, 1_000n);
    await outage.chain.mine(5);
    await outage.app.waitForStatus(id, 'confirmed');
    expect(await outage.told('GET', '/api/v1/payments')).toMatchObject({ status: 200 });
    expect(await outage.told('GET', '/health/live')).toMatchObject({ status: 200 });
    await outage.hasLasted(since);
    expect(await outage.told('GET', '/health/live')).toMatchObject({ status: 200 });
    if (kind === 'frozen') redis.thaw();
    else redis = await startRedis(redis);
    await outage.isOver(id);
  } finally {
    redis.thaw();
    await outage.stop();
    await redis.stop();
  }
}
