/* How long a healthy endpoint waits for a burst, alone and beside 15 that drip, hang, cut, bomb, redirect, refuse or switch. */
import { badReceivers, burst, percentile } from '../test/harness/bad-receivers.js';
import { startRun } from '../test/harness/start-run.js';
import { WorkerWorld } from '../test/harness/worker-world.js';
import { publish } from './report.js';

const ROUNDS = 5;
/** What the p99 beside them may be: twice its own, and so many ms. */
const GRACE_MS = 500;

async function rounds(world: WorkerWorld): Promise<number[]> {
  const found: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) found.push(await burst(world));
  return found;
}

const run = await startRun();
const world = await WorkerWorld.create('Postgres');
const bad = await badReceivers();
try {
  await world.addEndpoint(world.receiver.url);
  await world.start({ WEBHOOK_RETRY_SCHEDULE: '5s,5m,30m', WEBHOOK_TIMEOUT_MS: '10000' });
  // A worker runs for weeks: it is measured when its code is compiled.
  await burst(world);
  const alone = await rounds(world);
  for (const url of bad.urls) await world.addEndpoint(url);
  const first = await burst(world);
  const beside = await rounds(world);
  const [own, with15] = [percentile(alone, 0.5), percentile(beside, 0.5)];
  publish({
    name: 'a healthy endpoint beside 15 bad ones',
    figures: {
      'alone, p99 ms of the middle round': own,
      'beside them, p99 ms of the first round': first,
      'beside them, p99 ms of the middle round': with15,
      'beside them, p99 ms of the worst round': Math.max(...beside),
      'what it may be, ms': 2 * own + GRACE_MS,
    },
    ratios: { 'beside them to what it may be': with15 / (2 * own + GRACE_MS) },
  });
} finally {
  await world.end();
  await bad.stop();
  await run.stop();
}
