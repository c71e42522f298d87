import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hasRedis } from '../harness/redis.js';
import { waitFor } from '../harness/wait-for.js';
import { cutAgainAndAgain, killedBetweenPostAndRecord } from '../harness/webhook-survival.js';
import { WorkerWorld } from '../harness/worker-world.js';

/** SURVIVAL_EVENTS=10000 SURVIVAL_KILLS=5 for the whole of it. */
const EVENTS = Number(process.env.SURVIVAL_EVENTS ?? 40);
const ENDPOINTS = 20;
const KILLS = Number(process.env.SURVIVAL_KILLS ?? 2);
const WAIT_MS = Math.max(90_000, EVENTS * 200);

/**
 * Each request that arrived, duplicates and all, has a line of its own in the attempt log that began in the second of
 * its timestamp.
 * @returns those that arrived more often than the log says
 */
async function unexplained(world: WorkerWorld, arrived: object[]): Promise<unknown[]> {
  return world.database.dataSource.query<unknown[]>(
    // Lines are by Postgres' clock and signatures by the host's: the second may be another.
    `SELECT came.*, count(log.endpoint) AS lines FROM (
       SELECT endpoint, event_id, at, count(*) AS times
       FROM jsonb_to_recordset($1::jsonb) AS one (endpoint text, event_id text, at bigint)
       GROUP BY endpoint, event_id, at) came
     LEFT JOIN (
       SELECT regexp_replace(e.url, '^https?://[^/]+', '') AS endpoint, d.event_id,
         floor(extract(epoch FROM a.started_at))::bigint AS line_at
       FROM webhook_attempts a JOIN webhook_deliveries d ON d.id = a.delivery_id
       JOIN webhook_endpoints e ON e.id = d.endpoint_id) log
       ON log.endpoint = came.endpoint AND log.event_id = came.event_id AND abs(log.line_at - came.at) <= 1
     GROUP BY came.endpoint, came.event_id, came.at, came.times
     HAVING came.times > count(log.endpoint)`,
    [JSON.stringify(arrived)],
  );
}

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

  it('that is killed between the POST and its record sends it again, under the same webhook-id', () =>
    killedBetweenPostAndRecord(world));

  if (backend === 'Redis') {
    it('delivers what happened while its connections to the database were cut, again and again', () =>
      cutAgainAndAgain(world));
  }

  it(
    `delivers ${EVENTS} events to ${ENDPOINTS} endpoints that fail 30 % of the time, while it is killed ${KILLS} times and the queue is wiped`,
    async () => {
      await world.addEndpoints(ENDPOINTS);
      const accepted = new Set<string>();
      const arrived: { endpoint: string; event_id: string; at: string }[] = [];
      world.receiver.answer = (response, { url, headers }) => {
        const event_id = headers['webhook-id'] as string;
        arrived.push({ endpoint: url, event_id, at: headers['webhook-timestamp'] as string });
        if (Math.random() < 0.3) return response.writeHead(500).end('at random');
        accepted.add(`${url} ${event_id}`);
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
      const [log] = await world.database.dataSource.query<Record<string, string>[]>(
        `SELECT count(*) FILTER (WHERE a.last_status IS DISTINCT FROM 204) AS unexplained,
           count(*) FILTER (WHERE a.answered <> d.attempts) AS uneven
         FROM webhook_deliveries d LEFT JOIN LATERAL (
           SELECT count(*) FILTER (WHERE status IS NOT NULL) AS answered,
             (array_agg(status ORDER BY started_at DESC, id DESC))[1] AS last_status
           FROM webhook_attempts WHERE delivery_id = d.id) a ON true`,
      );
      expect(log).toEqual({ unexplained: '0', uneven: '0' });
      await expect(unexplained(world, arrived)).resolves.toEqual([]);
    },
    WAIT_MS * 3,
  );
});
