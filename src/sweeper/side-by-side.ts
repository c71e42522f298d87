/** Addresses moved on side by side. */
const AT_ONCE = 20;

/**
 * Does something with each of many, some at a time: one that cannot be moved on keeps no other waiting.
 * @returns what came of those that could be, in order, and the first failure of the others
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  one: (item: T) => Promise<R>,
): Promise<{ done: R[]; failure: Error | null }> {
  const done: R[] = [];
  let failure: Error | null = null;
  for (let first = 0; first < items.length; first += AT_ONCE) {
    for (const result of await Promise.allSettled(items.slice(first, first + AT_ONCE).map(one))) {
      if (result.status === 'fulfilled') done.push(result.value);
      else failure ??= result.reason as Error;
    }
  }
  return { done, failure };
}
