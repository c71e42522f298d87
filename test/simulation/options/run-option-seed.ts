import { Random } from '../random.js';
import { DifferenceError } from '../run-seed.js';
import { OPTION_ACTIONS } from './option-actions.js';
import { compareOptions } from './option-compare.js';
import { OptionWorld } from './option-world.js';
import { WORLD_ACTIONS } from './world-actions.js';

const ACTIONS = [...OPTION_ACTIONS, ...WORLD_ACTIONS];

/**
 * Plays so many random actions on payments with a price and options on several chains, ends all faults, lets everything
 * become final, and compares what the app says of its payments with what the chains and the rates' history have.
 * @returns how often what was met
 * @throws DifferenceError
 */
export async function runOptionSeed(seed: number, actions: number): Promise<ReadonlyMap<string, number>> {
  const random = new Random(seed);
  const world = await OptionWorld.create(random);
  const { story } = world;
  story.push(
    `chains: ${world.chains.map(({ name, confirmations, endpoints }) => `${name} ${confirmations} deep by ${endpoints.length}`).join(', ')}`,
  );
  const log = () => world.app.log.filter((line) => /"level":"(info|warn|error|fatal)"/.test(line));
  try {
    for (let count = 0; count < actions; count++) {
      const action = random.weighted(ACTIONS.map((one) => [one.weight, one] as const));
      const place = story.push(`${count} ${action.name}`) - 1;
      story[place] += ` ${await action.run(world)}`;
    }
    await world.settle();
    const differences = await compareOptions(world);
    if (differences.length > 0) throw new DifferenceError(seed, differences, story, log());
    return world.met;
  } catch (error) {
    if (error instanceof DifferenceError) throw error;
    throw new DifferenceError(seed, [(error as Error).stack ?? String(error)], story, log());
  } finally {
    await world.end();
  }
}
