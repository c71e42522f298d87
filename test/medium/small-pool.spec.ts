import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fewestConnections, mostConnections } from '../../src/database/connections-given.js';
import { SMALLEST_POOL } from '../../src/config/base-settings.js';
import { TestApp } from '../harness/app.js';
import { Receiver } from '../harness/receiver.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

describe('with the smallest pools', () => {
  let chain: TestChain;
  let receiver: Receiver;
  let app: TestApp;

  beforeAll(async () => {
    chain = await TestChain.start();
    receiver = await Receiver.start();
    app = await TestApp.start({
      chains: [chain.config],
      settings: { databasePoolSize: SMALLEST_POOL, webhookUrl: receiver.url, webhookEvents: ['*'] },
    });
  });
  afterAll(async () => {
    await app?.stop();
    await receiver?.stop();
    await chain?.stop();
  });

  it('nobody waits for a connection while holding one: all is answered, confirmed and told', async () => {
    const some = Array.from({ length: 40 });
    const made = await Promise.all(some.map(() => app.createPayment()));
    const asked = await Promise.all([
      ...made.map(({ id }) => app.request('GET', `/api/v1/payments/${id}`)),
      ...made.map(({ id }, index) =>
        app.request('PATCH', `/api/v1/payments/${id}`, { reference: `order ${index}` }),
      ),
      ...some.map(() => app.request('GET', '/api/v1/payments?limit=10')),
      ...some.map(() => app.request('GET', '/health/ready')),
    ]);
    expect(asked.filter(({ status }) => status !== 200)).toEqual([]);
    const paid = made.slice(0, 5);
    for (const { address } of paid) await chain.pay(address, 1_000n);
    await chain.mine(4);
    for (const { id } of paid) await app.waitForStatus(id, 'confirmed');
    await waitFor('every webhook', () => receiver.received.length >= 2 * made.length + 2 * paid.length);
    expect(app.log.filter((line) => /second connection|timeout exceeded/.test(line))).toEqual([]);
  });

  it('everybody else is answered while 60 requests wait for one row that somebody holds', async () => {
    const [wanted, other] = [await app.createPayment(), await app.createPayment()];
    const patch = (id: string) =>
      app.request<{ code?: string }>('PATCH', `/api/v1/payments/${id}`, { reference: 'again' });
    let waiting: ReturnType<typeof patch>[] = [];
    await app.database.dataSource.transaction(async (manager) => {
      await manager.query('SELECT FROM payments WHERE id = $1 FOR NO KEY UPDATE', [wanted.id]);
      waiting = Array.from({ length: 60 }, () => patch(wanted.id));
      await waitFor('some to wait for the row', async () => {
        const [row] = await manager.query<{ waiting: number }[]>(
          `SELECT count(*)::int AS waiting FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return row?.waiting === 2;
      });
      const answers = await Promise.all([
        app.request('GET', `/api/v1/payments/${wanted.id}`),
        app.request('GET', '/api/v1/payments?limit=10'),
        app.request('GET', '/health/ready'),
        ...Array.from({ length: 10 }, () =>
          app.request('POST', '/api/v1/payments', { chain: 'testchain', amount: '1' }),
        ),
        app.request('GET', `/api/v1/payments/${other.id}`),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([
        200,
        200,
        200,
        ...Array<number>(10).fill(201),
        200,
      ]);
    });
    const answered = await Promise.all(waiting);
    const refused = answered.filter(({ status }) => status !== 200);
    // 2 hold connections and 50 wait, for ten seconds; nothing was done for the others, who are told when to come again.
    expect(refused.length).toBeGreaterThanOrEqual(8);
    for (const { status, body, headers } of refused)
      expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'busy', '2']);
    expect((await patch(wanted.id)).status).toBe(200);
    expect(app.log.filter((line) => /second connection|timeout exceeded/.test(line))).toEqual([]);
  });

  it('a process takes few connections, and says how many', async () => {
    const [row] = await app.database.dataSource.query<{ count: string }[]>(
      `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'quittance%'`,
    );
    const settings = { databasePoolSize: SMALLEST_POOL, redisUrl: null };
    expect(Number(row?.count)).toBeLessThanOrEqual(mostConnections(settings));
    expect(mostConnections(settings)).toBe(22);
    expect(mostConnections({ databasePoolSize: 10, redisUrl: null })).toBe(40);
    expect(fewestConnections({ databasePoolSize: 10, redisUrl: null })).toBe(12);
    expect(mostConnections({ databasePoolSize: SMALLEST_POOL, redisUrl: 'redis://x' })).toBe(12);
  });
});
