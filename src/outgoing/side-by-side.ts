import { type Failure } from './movers.js';
import { type SlowItems } from './slow-items.js';

/** Items moved on side by side. */
const AT_ONCE = 20;
/** Where tries may hang, none is begun later in a turn than this: what comes after it in the round waits for it to end. */
export const TURN_MS = 10_000;

/**
 * Does something with each of many, some at a time: one that cannot be moved on keeps no other waiting.
 * @param what fails, in words, for an item
 * @param slow items whose tries failed slowly: they come last, and are left out while they rest
 * @returns what came of those that could be, in order, and the failures of the others
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  what: (item: T) => string,
  one: (item: T) => Promise<R>,
  slow?: SlowItems,
): Promise<{ done: R[]; failures: Failure[] }> {
  const done: { at: number; value: R }[] = [];
  const failures: Failure[] = [];
  const beganAt = slow?.now() ?? 0;
  const isOver = () => slow !== undefined && slow.now() - beganAt >= TURN_MS;
  const all = items.map((item, at) => ({ item, at }));
  const waiting = slow === undefined ? all : slow.inTurn(all, ({ item }) => what(item));
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !isOver(); next = waiting.shift()) {
      const { item, at } = next;
      try {
        const value = await (slow === undefined ? one(item) : slow.watch(what(item), () => one(item)));
        done.push({ at, value });
      } catch (error) {
        failures.push({ what: what(item), error: error as Error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, lane));
  return { done: done.sort((a, b) => a.at - b.at).map(({ value }) => value), failures };
}
