import { describe, it } from '@jest/globals';
import { runOptionSeed } from '../simulation/options/run-option-seed.js';

/** `OPTION_SEEDS=1-500 OPTION_ACTIONS=200` plays others, and longer ones; `OPTION_SEEDS=7,12` some of them. */
const seeds = (process.env.OPTION_SEEDS ?? '1-2').split(',').flatMap((range) => {
  const [first, last] = range.split('-').map(Number) as [number, number?];
  return Array.from({ length: (last ?? first) - first + 1 }, (_, index) => first + index);
});
const actions = Number(process.env.OPTION_ACTIONS ?? 80);
const SEED_MS = 240_000;

describe('payments with a price and options on several chains, rates, reorgs, outages and late money at random', () => {
  it.each(seeds)(
    'end as the chains and the rates have it, seed %d',
    async (seed) => {
      const beganAtMs = performance.now();
      const before = process.cpuUsage();
      const met = await runOptionSeed(seed, actions);
      const seconds = ((performance.now() - beganAtMs) / 1_000).toFixed(1);
      const { user, system } = process.cpuUsage(before);
      const worked = ((user + system) / 1e6).toFixed(1);
      const counts = [...met].map(([what, count]) => `${count} ${what}`).join('; ');
      process.stderr.write(
        `seed ${seed}: no difference after ${actions} actions, in ${seconds} s (${worked} s of work): ${counts}\n`,
      );
    },
    SEED_MS,
  );
});
