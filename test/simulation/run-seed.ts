import { ACTIONS } from './actions.js';
import { MONEY_ACTIONS } from './money-actions.js';
import { compare } from './compare.js';
import { Random } from './random.js';
import { FORK, type HabitName } from './habits.js';
import { World } from './world.js';

/** A seed whose end differs from what the chain says, with everything that led there. */
export class DifferenceError extends Error {
  constructor(
    seed: number,
    differences: readonly string[],
    story: readonly string[],
    log: readonly string[],
  ) {
    super(
      [
        `seed ${seed}: ${differences.length} differences`,
        ...differences,
        '--- what was done',
        ...story,
        '--- what the app said last',
        ...log.slice(-80),
      ].join('\n'),
    );
  }
}

/**
 * Plays so many random actions, ends all faults, lets everything become final, and compares what the app says of its
 * payments with what the chain has.
 * @param habits of the nodes; chosen by the seed without them
 * @param isMoneyMoved whether money is swept and given back; chosen by the seed without it
 * @param look at the world as it is compared, where nothing differs
 * @returns how often each of these habits was met, and what money left
 * @throws DifferenceError
 */
export async function runSeed(
  seed: number,
  actions: number,
  habits?: readonly HabitName[],
  isMoneyMoved?: boolean,
  look?: (world: World) => Promise<void>,
): Promise<{ met: ReadonlyMap<HabitName, number>; moved: string }> {
  const random = new Random(seed);
  const world = await World.create(random, habits, isMoneyMoved);
  const possible = world.money === null ? ACTIONS : [...ACTIONS, ...MONEY_ACTIONS];
  world.story.push(
    `nodes: ${world.habits.names.join(', ') || 'no habits'}${world.money ? '; money moves' : ''}`,
  );
  try {
    for (let count = 0; count < actions; count++) {
      if (habits?.includes(FORK) && count === Math.floor(actions / 2)) await world.comeToFork();
      const action = random.weighted(possible.map((one) => [one.weight, one] as const));
      const place = world.story.push(`${count} ${action.name}`) - 1;
      world.story[place] += ` ${await action.run(world)}`;
      world.latestTime = Math.max(world.latestTime, await world.oracle.headTime());
    }
    await world.settle();
    const differences = await compare(world);
    if (differences.length > 0) throw new DifferenceError(seed, differences, world.story, logOf(world));
    await look?.(world);
    return { met: world.habits.met, moved: (await world.money?.tally(world)) ?? 'no money moved' };
  } catch (error) {
    if (error instanceof DifferenceError) throw error;
    throw new DifferenceError(seed, [(error as Error).stack ?? String(error)], world.story, logOf(world));
  } finally {
    await world.end();
  }
}

function logOf({ app }: World): string[] {
  return app.log.filter((line) => /"level":"(info|warn|error|fatal)"/.test(line)).map((line) => line.trim());
}
