import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReplayRepository } from '../../src/webhooks/rest/replay.repository.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';

const MERCHANT = '00000000-0000-7000-8000-000000000001';
const ENDPOINT = '00000000-0000-7000-8000-000000000002';
const LONG_AGO = new Date('2026-01-01T00:00:00Z');
const EVENTS = 250_000;
/** Far apart, and behind the first hundred thousand. */
const DEAD = [120_000, 240_000];
/** Of one request, on a machine that does other things as well; the limit of a statement is 20 s. */
const LONGEST_MS = 8_000;

describe('replays in a log of a quarter of a million events', () => {
  let database: TestDatabase;
  let replays: ReplayRepository;
  const query = <T = unknown>(sql: string) => database.dataSource.query<T>(sql);

  beforeAll(async () => {
    database = await createDatabase();
    replays = new ReplayRepository(database.dataSource);
    await query(`INSERT INTO merchants (id, name) VALUES ('${MERCHANT}', 'shop')`);
    await query(
      `INSERT INTO webhook_endpoints (id, merchant_id, url, event_types, state)
       VALUES ('${ENDPOINT}', '${MERCHANT}', 'https://shop.example/', '{*}', 'enabled')`,
    );
    await query(
      `INSERT INTO events (id, type, merchant_id, body, created_at, dispatched_at)
       SELECT 'evt_' || lpad(i::text, 8, '0'), 'payment.confirmed', '${MERCHANT}', '{}',
         timestamptz '2026-01-01' + i * interval '20 s', now() FROM generate_series(1, ${EVENTS}) i`,
    );
    await query(
      `INSERT INTO webhook_deliveries (id, event_id, endpoint_id, merchant_id, event_type, position, state, created_at)
       SELECT gen_random_uuid(), id, '${ENDPOINT}', merchant_id, type, position,
         CASE WHEN id = ANY(ARRAY[${DEAD.map((i) => `'evt_${String(i).padStart(8, '0')}'`).join()}]) THEN 'dead' ELSE 'delivered' END,
         created_at FROM events`,
    );
    await query('ANALYZE');
  });
  afterAll(() => database?.drop());

  /** Asks as often as the answer says, as a merchant's program does. */
  async function all(ask: (since: Date) => ReturnType<ReplayRepository['since']>) {
    const asked = { requests: 0, replayed: 0, longestMs: 0 };
    for (let since: Date | null = LONG_AGO; since !== null;) {
      const beganMs = performance.now();
      const { deliveries, nextSince } = await ask(since);
      asked.longestMs = Math.max(asked.longestMs, performance.now() - beganMs);
      asked.requests += 1;
      asked.replayed += deliveries.length;
      if (nextSince !== null) expect(nextSince.getTime()).toBeGreaterThan(since.getTime());
      since = nextSince;
    }
    return asked;
  }

  it('find what was not delivered, however few those are', async () => {
    const states = ['pending', 'dead', 'cancelled'];
    const asked = await all((since) =>
      replays.since(MERCHANT, ENDPOINT, { since, until: null, types: ['payment.confirmed'], states }),
    );
    expect(asked).toEqual({ requests: 3, replayed: 2, longestMs: expect.any(Number) });
    expect(asked.longestMs).toBeLessThan(LONGEST_MS);
  });

  it('look through deliveries of which none is wanted, a part at a time', async () => {
    const filter = { state: 'delivered', eventType: 'payment.expired', except: null } as const;
    const asked = await all((since) => replays.matching(MERCHANT, filter, since));
    expect(asked).toEqual({ requests: 3, replayed: 0, longestMs: expect.any(Number) });
    expect(asked.longestMs).toBeLessThan(LONGEST_MS);
  });

  it('stop at the end that was asked for', async () => {
    const until = new Date(LONG_AGO.getTime() + 1_000 * 20_000 + 1);
    const asked = await all((since) =>
      replays.since(MERCHANT, ENDPOINT, {
        since,
        until,
        types: ['payment.confirmed'],
        states: ['delivered'],
      }),
    );
    expect(asked).toEqual({ requests: 1, replayed: 1_000, longestMs: expect.any(Number) });
  });

  it('are read in the order of time by their indexes', async () => {
    const planOf = async (sql: string) =>
      (await query<{ 'QUERY PLAN': string }[]>(`EXPLAIN ${sql}`)).map((row) => row['QUERY PLAN']).join('\n');
    const events = await planOf(
      `SELECT created_at FROM events WHERE merchant_id = '${MERCHANT}' AND created_at >= '2026-01-01'
         AND dispatched_at IS NOT NULL ORDER BY created_at, id OFFSET 100000 LIMIT 1`,
    );
    expect(events).toMatch(/using events_merchant_time_idx/);
    const deliveries = await planOf(
      `SELECT created_at FROM webhook_deliveries WHERE merchant_id = '${MERCHANT}' AND state = 'delivered'
         AND state IN ('delivered', 'dead') ORDER BY created_at, id OFFSET 100000 LIMIT 1`,
    );
    expect(deliveries).toMatch(/using webhook_deliveries_merchant_time_idx/);
  });
});
