import { expect } from '@jest/globals';
import { UNANSWERED } from '../../src/webhooks/delivery/attempt-records.js';
import { waitFor } from './wait-for.js';
import { type WorkerWorld } from './worker-world.js';

/** A worker that is killed between the POST and its record sends it again, under the same webhook-id. */
export async function killedBetweenPostAndRecord(world: WorkerWorld): Promise<void> {
  await world.addEndpoints(1);
  world.receiver.answer = () => undefined;
  await world.start();
  await world.commitEvents(1);
  await waitFor('the POST', () => world.receiver.received.length === 1);
  await world.kill();
  world.receiver.answer = (response) => response.writeHead(204).end();
  await world.start();
  await waitFor('it to be delivered', async () => (await world.countOf('delivered')) === 1);
  expect(new Set(world.receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(world.receiver.received.length).toBeGreaterThanOrEqual(2);
  // The log has a line for the one that nobody could record the answer of.
  const lines = await world.database.dataSource.query<{ status: number | null; error: string | null }[]>(
    'SELECT status, error FROM webhook_attempts ORDER BY started_at',
  );
  expect(lines).toHaveLength(world.receiver.received.length);
  expect(lines[0]).toEqual({ status: null, error: UNANSWERED });
  expect(lines.at(-1)).toEqual({ status: 204, error: null });
}

/** A worker delivers what happened while its connections to the database were cut, again and again. */
export async function cutAgainAndAgain(world: WorkerWorld): Promise<void> {
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
}
