import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hasRedis } from '../harness/redis.js';
import { waitFor } from '../harness/wait-for.js';
import { WorkerWorld } from '../harness/worker-world.js';

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

  let world: WorkerWorld;

  beforeEach(async () => {
    world = await WorkerWorld.create(backend);
  });
  afterEach(() => world.end());

  it('that is killed between the POST and its record sends it again, under the same webhook-id', async () => {
    await world.addEndpoints(1);
    world.receiver.answer = () => undefined;
    await world.start();
    await world.commitEvents(1);
    await waitFor('the POST', () => world.receiver.received.length === 1, 20_000);
    await world.kill();
    world.receiver.answer = (response) => response.writeHead(204).end();
    await world.start();
    await waitFor('it to be delivered', async () => (await world.countOf('delivered')) === 1, 40_000);
    expect(new Set(world.receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(world.receiver.received.length).toBeGreaterThanOrEqual(2);
  }, 90_000);

  it(
    `delivers ${EVENTS} events to ${ENDPOINTS} endpoints that fail 30 % of the time, while it is killed ${KILLS} times and the queue is wiped`,
    async () => {
      await world.addEndpoints(ENDPOINTS);
      const accepted = new Map<string, number>();
      world.receiver.answer = (response, { url, headers }) => {
        if (Math.random() < 0.3) return response.writeHead(500).end('at random');
        const key = `${url} ${headers['webhook-id'] as string}`;
        accepted.set(key, (accepted.get(key) ?? 0) + 1);
        return response.writeHead(204).end();
      };
      await world.start();
      await world.commitEvents(EVENTS);
      const total = EVENTS * ENDPOINTS;
      for (let count = 1; count <= KILLS; count += 1) {
        const share = (total * count) / (KILLS + 2);
        await waitFor(`${share} delivered`, async () => (await world.countOf('delivered')) >= share, WAIT_MS);
        await world.kill();
        if (count === KILLS) await world.wipeQueue();
        await world.start();
      }
      await waitFor('all to be delivered', async () => (await world.countOf('delivered')) === total, WAIT_MS);

      expect({ pending: await world.countOf('pending'), dead: await world.countOf('dead') }).toEqual({
        pending: 0,
        dead: 0,
      });
      // Each endpoint accepted each event: nothing is missing, and what came twice came under the same id.
      expect(accepted.size).toBe(total);
      const [log] = await world.database.dataSource.query<{ unexplained: string; uneven: string }[]>(
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
    await world.addEndpoints(1);
    await world.start();
    for (let round = 0; round < 5; round += 1) {
      await world.commitEvents(20);
      await world.database.dataSource.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      );
    }
    await waitFor(
      'all to be delivered',
      async () => (await world.countOf('delivered').catch(() => 0)) === 100,
      60_000,
    );
    expect(world.isWorkerAlive).toBe(true);
  }, 120_000);
});
