import { afterEach, expect, it } from '@jest/globals';
import { badReceivers, burst, percentile } from '../harness/bad-receivers.js';
import { RawReceiver } from '../harness/raw-receiver.js';
import { WorkerWorld } from '../harness/worker-world.js';

/** What chance may add; an attempt at an endpoint that hangs takes ten seconds. */
const CHANCE_MS = 2_000;
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

const ended: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function newWorld(): Promise<WorkerWorld> {
  const world = await WorkerWorld.create('Postgres');
  ended.push(() => world.end());
  await world.addEndpoint(world.receiver.url);
  // Once told that it will be tried again, a delivery is out of the way.
  await world.start({ WEBHOOK_RETRY_SCHEDULE: '5s,5m,30m', WEBHOOK_TIMEOUT_MS: '10000' });
  return world;
}

async function addBad(world: WorkerWorld): Promise<void> {
  const bad = await badReceivers();
  ended.push(() => bad.stop());
  for (const url of bad.urls) await world.addEndpoint(url);
}

/** As many others that are well: what so many deliveries cost on this machine is no fault of bad ones. */
async function besideGood(): Promise<number> {
  const world = await newWorld();
  for (let count = 0; count < 15; count += 1) {
    const good = await RawReceiver.start((socket) => void socket.write(OK));
    ended.push(() => good.stop());
    await world.addEndpoint(good.url);
  }
  await burst(world);
  const took = Math.max(await burst(world), await burst(world));
  await world.kill();
  return took;
}

/** Statements that Postgres refused. */
async function refusedIn({ database }: WorkerWorld): Promise<number> {
  const [row] = await database.dataSource.query<{ refused: number }[]>(
    'SELECT xact_rollback::int AS refused FROM pg_stat_database WHERE datname = current_database()',
  );
  return row?.refused ?? -1;
}

it('leaves a healthy endpoint as quick beside 15 bad ones as beside as many good ones', async () => {
  const own = await besideGood();
  const world = await newWorld();
  await burst(world);
  await addBad(world);
  const beside = [];
  for (let round = 0; round < 4; round += 1) beside.push(await burst(world));
  // Whatever else runs on the machine takes its share of some rounds, and not of most.
  expect(percentile(beside, 0.5)).toBeLessThanOrEqual(2 * own + CHANCE_MS);
  // One that is refused costs its connection, and its job is stuck until its lock has run out.
  expect(await refusedIn(world)).toBe(0);
});

it('lets an endpoint that nobody knows yet show what it can', async () => {
  const own = await besideGood();
  const world = await newWorld();
  await burst(world);
  await world.kill();
  await addBad(world);
  await world.start({ WEBHOOK_RETRY_SCHEDULE: '5s,5m,30m', WEBHOOK_TIMEOUT_MS: '10000' });
  const first = await burst(world);
  expect(first).toBeLessThanOrEqual(2 * own + CHANCE_MS);
});
