import { type Failure } from './movers.js';

/** Items moved on side by side. */
const AT_ONCE = 20;

/**
 * Does something with each of many, some at a time: one that cannot be moved on keeps no other waiting.
 * @param what fails, in words, for an item
 * @returns what came of those that could be, in order, and the failures of the others
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  what: (item: T) => string,
  one: (item: T) => Promise<R>,
): Promise<{ done: R[]; failures: Failure[] }> {
  const done: R[] = [];
  const failures: Failure[] = [];
  for (let first = 0; first < items.length; first += AT_ONCE) {
    const some = items.slice(first, first + AT_ONCE);
    for (const [index, result] of (await Promise.allSettled(some.map(one))).entries()) {
      if (result.status === 'fulfilled') done.push(result.value);
      else failures.push({ what: what(some[index] as T), error: result.reason as Error });
    }
  }
  return { done, failures };
}
