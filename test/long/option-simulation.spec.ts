import { describe, it } from '@jest/globals';
import { runOptionSeed } from '../simulation/options/run-option-seed.js';
import { playSeed, seedsOf } from '../simulation/play.js';

/** `OPTION_SEEDS=1-500 OPTION_ACTIONS=200` plays others, and longer ones; `OPTION_SEEDS=7,12` some of them. */
const seeds = seedsOf(process.env.OPTION_SEEDS ?? '1-2');
const actions = Number(process.env.OPTION_ACTIONS ?? 80);
const SEED_MS = 240_000;

describe('payments with a price and options on several chains, rates, reorgs, outages and late money at random', () => {
  it.each(seeds)(
    'end as the chains and the rates have it, seed %d',
    (seed) =>
      playSeed('options', seed, async () => {
        const met = await runOptionSeed(seed, actions);
        return [...met].map(([what, count]) => `${count} ${what}`).join('; ');
      }),
    SEED_MS,
  );
});
