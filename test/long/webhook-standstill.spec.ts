import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { waitFor } from '../harness/wait-for.js';
import { WorkerWorld } from '../harness/worker-world.js';

const UNDER_WAY = 10;
const AFTERWARDS = 15;
const ANSWERS_AFTER_MS = 2_000;
const TIMEOUT_MS = 8_000;
/** Far above the timeout of an attempt. */
const FROZEN_MS = 15_000;
/** An endpoint that is taken for a bad one waits for up to two minutes. */
const SOON_MS = 30_000;

let world: WorkerWorld;
beforeEach(async () => {
  world = await WorkerWorld.create('Postgres');
});
afterEach(() => world.end());

it('learns nothing about an endpoint from time in which we stood still, and reads what came meanwhile', async () => {
  let delayMs = ANSWERS_AFTER_MS;
  world.receiver.answer = (response) => void setTimeout(() => response.writeHead(200).end(), delayMs);
  await world.addEndpoints(1);
  await world.start({ WEBHOOK_TIMEOUT_MS: String(TIMEOUT_MS), WEBHOOK_RETRY_SCHEDULE: '1s,1s,1s,1s,1s,1s' });
  await world.commitEvents(UNDER_WAY);
  await waitFor('them to be under way', () => world.receiver.received.length === UNDER_WAY);

  await world.freeze(FROZEN_MS);
  await world.waitForDelivered(UNDER_WAY, SOON_MS);
  const attempts = await world.database.dataSource.query<{ error: string | null; duration_ms: number }[]>(
    'SELECT error, duration_ms FROM webhook_attempts WHERE status IS NOT NULL OR error LIKE $1',
    ['timed out%'],
  );
  expect(attempts.filter(({ error }) => error !== null)).toEqual([]);
  expect(Math.max(...attempts.map(({ duration_ms }) => duration_ms))).toBeLessThan(TIMEOUT_MS);

  delayMs = 0;
  await world.commitEvents(AFTERWARDS);
  await world.waitForDelivered(UNDER_WAY + AFTERWARDS, SOON_MS);
});
