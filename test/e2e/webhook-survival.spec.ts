import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { cutAgainAndAgain } from '../harness/webhook-survival.js';
import { WorkerWorld } from '../harness/worker-world.js';

/** With Redis, with kills and with longer outages: `test/long`. */
describe('a worker process, with its queue on Postgres', () => {
  let world: WorkerWorld;

  beforeEach(async () => {
    world = await WorkerWorld.create('Postgres');
  });
  afterEach(() => world.end());

  it('delivers what happened while its connections to the database were cut, again and again', () =>
    cutAgainAndAgain(world));
});
