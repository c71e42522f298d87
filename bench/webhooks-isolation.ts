/* How long a healthy endpoint waits for a burst, alone and beside 15 that drip, hang, cut, bomb, redirect, refuse or switch. */
import { badReceivers, burst, percentile } from '../test/harness/bad-receivers.js';
import { startRun } from '../test/harness/start-run.js';
import { waitFor } from '../test/harness/wait-for.js';
import { WorkerWorld } from '../test/harness/worker-world.js';
import { publish } from './report.js';

const ROUNDS = 7;
/** What the p99 beside them may be: twice its own, and so many ms. */
const GRACE_MS = 500;

async function start(): Promise<WorkerWorld> {
  const world = await WorkerWorld.create('Postgres');
  await world.addEndpoint(world.receiver.url);
  await world.start({ WEBHOOK_RETRY_SCHEDULE: '5s,5m,30m', WEBHOOK_TIMEOUT_MS: '10000' });
  // A worker runs for weeks: it is measured when its code is compiled.
  for (let warm = 0; warm < 3; warm += 1) await burst(world);
  return world;
}

/** While the other stands still. Both are measured in turn, so that what else runs on the machine slows both alike. */
async function burstOf(world: WorkerWorld, other: WorkerWorld): Promise<number> {
  await waitFor(
    'what the burst before left to be dispatched',
    async () => (await undispatchedIn(world)) === 0,
  );
  other.suspend();
  const p99 = await burst(world);
  other.resume();
  return p99;
}

async function undispatchedIn({ database }: WorkerWorld): Promise<number> {
  const sql = 'SELECT count(*)::int AS count FROM events WHERE dispatched_at IS NULL';
  const [row] = await database.dataSource.query<{ count: number }[]>(sql);
  return row?.count ?? 0;
}

const run = await startRun();
const bad = await badReceivers();
const [alone, beside] = [await start(), await start()];
try {
  for (const url of bad.urls) await beside.addEndpoint(url);
  const first = await burstOf(beside, alone);
  const rounds: { own: number; with15: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({ own: await burstOf(alone, beside), with15: await burstOf(beside, alone) });
  const middle = (of: 'own' | 'with15') =>
    percentile(
      rounds.map((round) => round[of]),
      0.5,
    );
  const [own, with15] = [middle('own'), middle('with15')];
  publish({
    name: 'a healthy endpoint beside 15 bad ones',
    figures: {
      'alone, p99 ms of the middle round': own,
      'beside them, p99 ms of the first round': first,
      'beside them, p99 ms of the middle round': with15,
      'beside them, p99 ms of the worst round': Math.max(...rounds.map((round) => round.with15)),
      'what it may be, ms': 2 * own + GRACE_MS,
    },
    ratios: { 'beside them to what it may be': with15 / (2 * own + GRACE_MS) },
  });
} finally {
  await alone.end();
  await beside.end();
  await bad.stop();
  await run.stop();
}
