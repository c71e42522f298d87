import { Random } from '../random.js';
import { DifferenceError } from '../run-seed.js';
import { OPTION_ACTIONS } from './option-actions.js';
import { compareOptions } from './option-compare.js';
import { OPTION_MONEY_ACTIONS } from './option-money-actions.js';
import { OptionWorld } from './option-world.js';
import { WORLD_ACTIONS } from './world-actions.js';

const ACTIONS = [...OPTION_ACTIONS, ...WORLD_ACTIONS];
const WITH_MONEY = [...ACTIONS, ...OPTION_MONEY_ACTIONS];

/**
 * Plays so many random actions on payments with a price and options on several chains, ends all faults, lets everything
 * become final, and compares what the app says of its payments with what the chains and the rates' history have.
 * @param isMoneyMoved whether money is swept and given back; of every second seed without it
 * @returns how often what was met
 * @throws DifferenceError
 */
export async function runOptionSeed(
  seed: number,
  actions: number,
  isMoneyMoved = seed % 2 === 0,
): Promise<ReadonlyMap<string, number>> {
  const random = new Random(seed);
  const world = await OptionWorld.create(random, isMoneyMoved);
  const possible = isMoneyMoved ? WITH_MONEY : ACTIONS;
  const { story } = world;
  story.push(
    `chains: ${world.chains.map(({ name, confirmations, endpoints }) => `${name} ${confirmations} deep by ${endpoints.length}`).join(', ')}${isMoneyMoved ? '; money moves' : ''}`,
  );
  const log = () => world.app.log.filter((line) => /"level":"(info|warn|error|fatal)"/.test(line));
  try {
    for (let count = 0; count < actions; count++) {
      const action = random.weighted(possible.map((one) => [one.weight, one] as const));
      const place = story.push(`${count} ${action.name}`) - 1;
      story[place] += ` ${await action.run(world)}`;
    }
    await world.settle();
    const differences = await compareOptions(world);
    if (differences.length > 0) throw new DifferenceError(seed, differences, story, log());
    return new Map([...world.met, ...((await world.money?.tally(world)) ?? [])]);
  } catch (error) {
    if (error instanceof DifferenceError) throw error;
    throw new DifferenceError(seed, [(error as Error).stack ?? String(error)], story, log());
  } finally {
    await world.end();
  }
}
