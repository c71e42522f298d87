import { type Failure } from './movers.js';
import { type SlowItems } from './slow-items.js';

/** Items moved on side by side. */
const AT_ONCE = 20;
/** One over which nodes may hang and that takes longer goes on beside the others, and leaves its place to the next. */
const PLACE_MS = 500;
/** Of those that left their place, so many at most; and so many more of what came since, which is not to wait for them. */
const MOST_BESIDE = 200;
/** While some of them last, what came meanwhile is asked for so often. */
const ASK_AGAIN_MS = 1_000;
/** Where tries may hang, none is begun later in a turn than this: what comes after it in the round waits for it to end. */
export const TURN_MS = 10_000;

interface Turn<T> {
  /** Items whose tries failed slowly: they come last, and are left out while they rest. */
  slow?: SlowItems;
  /**
   * Nodes may hang over many of them at once, as strangers name the contracts: those that last leave their place. It gives
   * the items that have come since, and none of those before, which need not wait for what hangs.
   */
  more?: () => Promise<readonly T[]>;
}

/**
 * Does something with each of many, some at a time: one that cannot be moved on keeps no other waiting, whether its try
 * fails or takes long.
 * @param what fails, in words, for an item
 * @returns what came of those that could be, in order, and the failures of the others
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  what: (item: T) => string,
  one: (item: T) => Promise<R>,
  { slow, more }: Turn<T> = {},
): Promise<{ done: R[]; failures: Failure[] }> {
  const done: { at: number; value: R }[] = [];
  const failures: Failure[] = [];
  const beside = new Set<Promise<void>>();
  const beganAt = slow?.now() ?? 0;
  const isOver = () => slow !== undefined && slow.now() - beganAt >= TURN_MS;
  const all = items.map((item, at) => ({ item, at }));
  const waiting = slow === undefined ? all : slow.inTurn(all, ({ item }) => what(item));
  const attempt = async ({ item, at }: { item: T; at: number }): Promise<void> => {
    try {
      const value = await (slow === undefined ? one(item) : slow.watch(what(item), () => one(item)));
      done.push({ at, value });
    } catch (error) {
      failures.push({ what: what(item), error: error as Error });
    }
  };
  const goesOn = (ended: Promise<void>) => {
    beside.add(ended);
    void ended.then(() => beside.delete(ended));
  };
  const lane = async (mostBeside: number): Promise<void> => {
    while (waiting.length > 0 && !isOver()) {
      if (beside.size >= mostBeside) {
        await Promise.race(beside);
        continue;
      }
      const ended = attempt(waiting.shift() as (typeof waiting)[number]);
      if (more === undefined) await ended;
      else if (!(await endsWithin(PLACE_MS, ended))) goesOn(ended);
    }
  };
  const lanes = (mostBeside: number) =>
    Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, () => lane(mostBeside)));

  await lanes(MOST_BESIDE);
  let next = items.length;
  while (more !== undefined && beside.size > 0 && !isOver()) {
    await endsWithin(ASK_AGAIN_MS, Promise.all(beside));
    try {
      for (const item of await more()) waiting.push({ item, at: next++ });
    } catch (error) {
      failures.push({ what: 'what came meanwhile was not looked at', error: error as Error });
      break;
    }
    await lanes(2 * MOST_BESIDE);
  }
  await Promise.all(beside);
  return { done: done.sort((a, b) => a.at - b.at).map(({ value }) => value), failures };
}

async function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
