import { describe, it } from '@jest/globals';
import { runSeed } from './run-seed.js';

const ACTIONS = 40;

/** More seeds, and more of each, are played by `test/long/simulation.spec.ts`. */
describe('payments, mining, reorgs, faults, crashes and restarts at random', () => {
  it.each([1])(
    'end as the chain has it, seed %d',
    (seed) => runSeed(seed, ACTIONS, undefined, false),
    120_000,
  );
});
