import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hasRedis } from '../harness/redis.js';
import { waitFor } from '../harness/wait-for.js';
import { WorkerWorld } from '../harness/worker-world.js';

const OUTAGE_MS = 30_000;

describe.each(['Postgres', 'Redis'] as const)('a worker process, with its queue on %s', (backend) => {
  if (backend === 'Redis' && !hasRedis() && !process.env.CI) {
    it.skip('needs redis-server, which is not installed here', () => undefined);
    return;
  }

  let world: WorkerWorld;

  beforeEach(async () => {
    world = await WorkerWorld.create(backend);
    await world.addEndpoints(3);
    await world.start();
  });
  afterEach(() => world.end());

  const idsReceived = () => new Set(world.receiver.received.map(({ headers }) => headers['webhook-id']));

  it('outlives connections that are cut in the very moment they are ready, and delivers what happened', async () => {
    await world.commitEvents(5);
    await world.waitForDelivered(15);
    world.proxy.cutEachWhenReady();
    await world.commitEvents(20);
    await waitFor('50 connections cut', () => world.proxy.cutWhenReady >= 50);
    expect(world.isWorkerAlive).toBe(true);
    world.proxy.up();
    await world.waitForDelivered(75);
    await world.commitEvents(5);
    // It hears of new jobs as before: nothing waits for the reconciler, which leaves them alone for ten seconds.
    await world.waitForDelivered(90, 9_500);
    expect(world.isWorkerAlive).toBe(true);
    expect(idsReceived().size).toBe(30);
  });

  it('loses nothing while the database is gone for 30 s, between the POST and its record', async () => {
    let answerLate: (() => void)[] = [];
    world.receiver.answer = (response) => answerLate.push(() => response.writeHead(204).end());
    await world.commitEvents(4);
    await waitFor('POSTs under way', () => world.receiver.received.length >= 12);
    const downAt = Date.now();
    world.proxy.down();
    world.receiver.answer = (response) => response.writeHead(204).end();
    answerLate.forEach((answer) => answer());
    answerLate = [];
    await world.commitEvents(40);
    await waitFor('30 s to be over', () => Date.now() - downAt >= OUTAGE_MS, OUTAGE_MS + 60_000);
    expect(world.isWorkerAlive).toBe(true);
    world.proxy.up();
    await world.waitForDelivered(132);
    expect(idsReceived().size).toBe(44);
    expect(await world.countOf('pending')).toBe(0);
  });

  if (backend === 'Redis') {
    it('delivers what the queue held when Redis was restarted and knew nothing any more (Svix #1844)', async () => {
      world.receiver.answer = (response, _request, count) =>
        response.writeHead(count <= 60 ? 500 : 204).end();
      await world.commitEvents(20);
      await waitFor('each to have failed once', () => world.receiver.received.length >= 60);
      await world.restartRedis();
      await world.commitEvents(20);
      await world.waitForDelivered(120);
      expect(world.isWorkerAlive).toBe(true);
      expect(idsReceived().size).toBe(40);
    });
  }
});
