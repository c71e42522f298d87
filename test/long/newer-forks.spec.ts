import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { REFUSALS_OF_A_BLOCK } from '../harness/faulty-rpc-faults.js';
import { TwoNodes } from '../harness/two-nodes.js';

let world: TwoNodes;
beforeEach(async () => {
  world = await TwoNodes.start();
});
afterEach(() => world.stop());

describe('a block that one method cannot give', () => {
  it.each(REFUSALS_OF_A_BLOCK)(
    'by neither of two endpoints is read in another way: %s',
    async (_what, faults) => {
      for (const [method, fault] of Object.entries(faults)) {
        world.first.inject(method, fault);
        world.second.inject(method, fault);
      }
      await world.startApp(world.first.url, world.second.url);
      await world.expectPaid();
    },
  );
});
