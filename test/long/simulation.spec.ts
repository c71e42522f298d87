import { describe, it } from '@jest/globals';
import { aheadOf, AT_ONCE, playSeed, seedsOf } from '../simulation/play.js';
import { runSeed } from '../simulation/run-seed.js';

/**
 * The quick tier plays the beginning of seed 1. `SIMULATION_SEEDS=1-500,507 SIMULATION_ACTIONS=200` plays others,
 * with `SIMULATION_LOG=folder` keeping what came of each, and `SIMULATION_AT_ONCE=6` so many at the same time: a seed
 * waits for more than it computes. `npm run soak` sets a time instead.
 */
const seeds = seedsOf(process.env.SIMULATION_SEEDS ?? '1-3');
const actions = Number(process.env.SIMULATION_ACTIONS ?? 80);
const minutes = Number(process.env.SIMULATION_MINUTES ?? 0);
/** `yes`: money is swept and given back in each of them, `no`: in none; half of them without it. */
const isMoneyMoved = process.env.SIMULATION_MONEY ? process.env.SIMULATION_MONEY === 'yes' : undefined;
const SEED_MS = 240_000;

const play = (seed: number): Promise<void> =>
  playSeed('simulation', seed, async () => (await runSeed(seed, actions, undefined, isMoneyMoved)).moved);

describe('payments, mining, reorgs, faults, crashes and restarts at random', () => {
  if (minutes > 0) {
    it(
      `end as the chain has it, for ${minutes} minutes`,
      async () => {
        const until = Date.now() + minutes * 60_000;
        const [first] = seeds as [number];
        let seed = first;
        for (; Date.now() < until; seed++) {
          await play(seed);
        }
        process.stderr.write(`${seed - first} seeds, no difference\n`);
      },
      minutes * 60_000 + SEED_MS,
    );
    return;
  }
  it.each(seeds)('end as the chain has it, seed %d', aheadOf(seeds, play), SEED_MS * AT_ONCE);
});
