import { describe, expect, it } from '@jest/globals';
import { HABIT_NAMES, type HabitName } from '../simulation/habits.js';
import { runSeed } from '../simulation/run-seed.js';

/** `SIMULATION_SEEDS=1-50` plays others; each habit is played with each of them. */
const [first, last] = (process.env.SIMULATION_SEEDS ?? '1-3').split('-').map(Number) as [number, number?];
const actions = Number(process.env.SIMULATION_ACTIONS ?? 60);
const seeds = Array.from({ length: (last ?? first) - first + 1 }, (_, index) => first + index);
/** Only who sends asks for a tip. */
const OF_SENDING: readonly HabitName[] = ['no tip method'];

describe('at random, on nodes with a habit', () => {
  it.each(HABIT_NAMES)(
    'that all of them have, it ends as the chain has it: %s',
    async (name) => {
      const isMoneyMoved = OF_SENDING.includes(name);
      let met = 0;
      // Money that leaves takes its time: what only that meets is played with one seed.
      for (const seed of isMoneyMoved ? seeds.slice(0, 1) : seeds)
        met += (await runSeed(seed, actions, [name], isMoneyMoved)).met.get(name) ?? 0;
      expect(met).toBeGreaterThan(0);
    },
    seeds.length * 120_000,
  );

  it('with all habits that go together, it ends as the chain has it', async () => {
    for (const seed of seeds) await runSeed(seed, actions, HABIT_NAMES);
  });
});
