import { describe, expect, it } from '@jest/globals';
import { HABIT_NAMES, type HabitName } from '../simulation/habits.js';
import { aheadOf, AT_ONCE, playSeed, seedsOf } from '../simulation/play.js';
import { runSeed } from '../simulation/run-seed.js';

/**
 * Each habit is played with the first seed, and all of them together with each. `SIMULATION_SEEDS=1-50` plays others,
 * each habit with each of them. `SIMULATION_ACTIONS`, `SIMULATION_LOG` and
 * `SIMULATION_AT_ONCE` as in simulation.spec.ts; `SIMULATION_HABITS=fork|proofs` takes those habits alone whose names match.
 */
const seeds = seedsOf(process.env.SIMULATION_SEEDS ?? '1-3');
const actions = Number(process.env.SIMULATION_ACTIONS ?? 60);
const isEachAsked = process.env.SIMULATION_SEEDS !== undefined;
const meant = new RegExp(process.env.SIMULATION_HABITS ?? '');
const SEED_MS = 240_000;
/** Only who sends asks for a tip. */
const OF_SENDING: readonly HabitName[] = ['no tip method'];
const ALL = 'all of them that go together';

interface Game {
  habit: HabitName | typeof ALL;
  seed: number;
}

/** Money that leaves takes its time: what only that meets is played with one seed of three. */
const isPlayed = ({ habit, seed }: Game) =>
  meant.test(habit) &&
  (isEachAsked || habit === ALL || seed === seeds[0]) &&
  (!OF_SENDING.includes(habit as HabitName) || (seed - (seeds[0] ?? 0)) % 3 === 0);

const games = seeds
  .flatMap((seed) => [...HABIT_NAMES, ALL].map((habit) => ({ habit, seed }) as Game))
  .filter(isPlayed);
const timesMet = new Map<HabitName, number>();

const play = ({ habit, seed }: Game): Promise<void> =>
  playSeed(`habits-${habit.replaceAll(' ', '-')}`, seed, async () => {
    if (habit === ALL) {
      await runSeed(seed, actions, HABIT_NAMES);
      return 'played';
    }
    const { met } = await runSeed(seed, actions, [habit], OF_SENDING.includes(habit));
    timesMet.set(habit, (timesMet.get(habit) ?? 0) + (met.get(habit) ?? 0));
    return `met ${met.get(habit) ?? 0} times`;
  });

describe('at random, on nodes with a habit', () => {
  it.each(games)(
    'that all of them have, it ends as the chain has it: $habit, seed $seed',
    aheadOf(games, play),
    SEED_MS * AT_ONCE,
  );

  it.each(HABIT_NAMES.filter((habit) => games.some((game) => game.habit === habit)))(
    'it was met: %s',
    (habit) => {
      expect(timesMet.get(habit)).toBeGreaterThan(0);
    },
  );
});
