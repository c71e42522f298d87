/* Deliveries per second, outbox row to record, against no-op jobs on the same backend and a bare loop of POSTs. */
import { setTimeout as delay } from 'node:timers/promises';
import { hasRedis } from '../test/harness/redis.js';
import { publish } from './report.js';
import { World } from './webhooks/world.js';

const DELIVERIES = Number(process.env.BENCH_DELIVERIES ?? 10_000);
const LATENCY_SECONDS = 5;
const STEP_MS = 25;
const WARM_UPS = 3;
const figures: Record<string, number> = {};
const ratios: Record<string, number> = {};

/** @returns deliveries per second, from the commit of their events to the last record */
async function throughput(world: World, endpoints: number): Promise<number> {
  await world.endpoints(Array.from({ length: endpoints }, (_, index) => `/ok/${index}`));
  await world.commitEvents(DELIVERIES / endpoints);
  const startedAt = performance.now();
  const endedAt = await world.delivered(DELIVERIES);
  await world.received();
  return (DELIVERIES * 1000) / (endedAt - startedAt);
}

/** Commit to receipt, with events coming evenly. */
async function latency(world: World, perSecond: number) {
  await world.endpoints(['/ok/0']);
  const endsAt = performance.now() + LATENCY_SECONDS * 1000;
  const perStep = Math.max(1, Math.round((perSecond * STEP_MS) / 1000));
  let committed = 0;
  for (let next = performance.now(); next < endsAt; next += STEP_MS) {
    await world.commitEvents(perStep);
    committed += perStep;
    await delay(Math.max(0, next + STEP_MS - performance.now()));
  }
  await world.delivered(committed);
  return world.received();
}

/** What the 90 healthy ones of 100 endpoints get per second. */
async function healthy(world: World, hanging: number): Promise<number> {
  const paths = Array.from({ length: 90 }, (_, index) => `/ok/${index}`);
  await world.endpoints([...paths, ...Array.from({ length: hanging }, () => '/hang')]);
  const events = Math.ceil(DELIVERIES / 90);
  await world.commitEvents(events);
  const startedAt = performance.now();
  const endedAt = await world.delivered(events * 90, '/ok/%');
  await world.received();
  return (events * 90 * 1000) / (endedAt - startedAt);
}

async function measure(backend: 'Postgres' | 'Redis'): Promise<void> {
  const world = await World.start(backend);
  try {
    const redis = world.redisUrl === null ? [] : [world.redisUrl];
    const noOp = await world.measure('no-op.ts', String(DELIVERIES), world.databaseUrl, ...redis);
    const posts = await world.measure('post-loop.ts', `${world.receiverUrl}/ok/0`, '4');
    await world.received();
    await world.startWorker();
    // A worker runs for weeks: it is measured when its code is compiled.
    for (let round = 0; round < WARM_UPS; round++) await throughput(world, 1);
    const one = await throughput(world, 1);
    const { p50, p99 } = await latency(world, one / 2);
    const ten = await throughput(world, 10);
    const thousand = await throughput(world, 1_000);
    const alone = await healthy(world, 0);
    const beside = await healthy(world, 10);
    Object.assign(figures, {
      [`${backend}: no-op jobs /s`]: noOp,
      [`${backend}: bare signed POSTs /s`]: posts,
      [`${backend}: deliveries /s, 1 endpoint`]: one,
      [`${backend}: deliveries /s, 10 endpoints`]: ten,
      [`${backend}: deliveries /s, 1,000 endpoints`]: thousand,
      [`${backend}: deliveries /s, 90 endpoints`]: alone,
      [`${backend}: the same, with 10 that hang beside them`]: beside,
      [`${backend}: commit to receipt at half that load, p50 ms`]: p50,
      [`${backend}: commit to receipt at half that load, p99 ms`]: p99,
    });
    Object.assign(ratios, {
      [`${backend}: to no-op jobs`]: one / noOp,
      [`${backend}: to the smaller of the two`]: one / Math.min(noOp, posts),
      [`${backend}: healthy endpoints beside hanging ones`]: beside / alone,
    });
  } finally {
    await world.stop();
  }
}

await measure('Postgres');
if (hasRedis()) await measure('Redis');
else console.error('redis-server is not installed here: the queue on Redis was not measured');
publish({ name: 'webhooks', figures, ratios });
process.exit(0);
