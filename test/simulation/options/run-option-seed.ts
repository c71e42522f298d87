import { Random } from '../random.js';
import { DifferenceError } from '../run-seed.js';
import { ACTIONS } from './option-actions.js';
import { compareOptions } from './option-compare.js';
import { OptionWorld } from './option-world.js';

/**
 * Plays so many random actions on payments with a price and options on several chains, ends all faults, lets everything
 * become final, and compares what the app says of its payments with what the chains and the rates' history have.
 * @returns how often what was met
 * @throws DifferenceError
 */
export const SPENT = new Map<string, number>();
export async function runOptionSeed(seed: number, actions: number): Promise<ReadonlyMap<string, number>> {
  const random = new Random(seed);
  const b0 = performance.now();
  const world = await OptionWorld.create(random);
  SPENT.set('start', performance.now() - b0);
  const { story } = world;
  story.push(
    `chains: ${world.chains.map(({ name, confirmations, endpoints }) => `${name} ${confirmations} deep by ${endpoints.length}`).join(', ')}`,
  );
  const log = () => world.app.log.filter((line) => /"level":"(info|warn|error|fatal)"/.test(line));
  try {
    for (let count = 0; count < actions; count++) {
      const action = random.weighted(ACTIONS.map((one) => [one.weight, one] as const));
      const place = story.push(`${count} ${action.name}`) - 1;
      const began = performance.now();
      story[place] += ` ${await action.run(world)}`;
      SPENT.set(action.name, (SPENT.get(action.name) ?? 0) + performance.now() - began);
    }
    const b1 = performance.now();
    await world.settle();
    SPENT.set('settle', performance.now() - b1);
    const differences = await compareOptions(world);
    if (differences.length > 0) throw new DifferenceError(seed, differences, story, log());
    SPENT.set('compare', performance.now() - b1);
    process.stderr.write(JSON.stringify(Object.fromEntries([...SPENT].map(([a, b]) => [a, Math.round(b)])))+'\n');
    return world.met;
  } catch (error) {
    if (error instanceof DifferenceError) throw error;
    throw new DifferenceError(seed, [(error as Error).stack ?? String(error)], story, log());
  } finally {
    await world.end();
  }
}
