import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setImmediate as otherTasks } from 'node:timers/promises';
import { sideBySide } from './side-by-side.js';
import { SlowItems } from './slow-items.js';

let clockMs = 0;
beforeEach(() => {
  clockMs = 0;
});
const slowItems = () => new SlowItems(() => clockMs);

/** Fails when the others have been begun, ten seconds after that. */
async function hang(): Promise<never> {
  const beganAt = clockMs;
  await otherTasks();
  clockMs = beganAt + 10_000;
  throw new Error('no answer');
}

describe('items side by side', () => {
  it('are each done, in order, whatever becomes of the others', async () => {
    const one = (item: number) => (item % 2 === 0 ? Promise.resolve(item) : Promise.reject(new Error('odd')));
    const items = Array.from({ length: 45 }, (_, index) => index);
    const { done, failures } = await sideBySide(items, (item) => `item ${item}`, one);
    expect(done).toEqual(items.filter((item) => item % 2 === 0));
    expect(failures).toHaveLength(22);
  });

  it('do not wait for one that hangs, which rests ten times as long, and twice as long after that', async () => {
    const slow = slowItems();
    const tried: string[] = [];
    const one = (item: string): Promise<string> => {
      tried.push(item);
      return item === 'bad' ? hang() : Promise.resolve(item);
    };
    const items = ['bad', ...Array.from({ length: 40 }, (_, index) => `good ${index}`)];
    const turn = () => {
      tried.length = 0;
      return sideBySide(items, (item) => item, one, { slow });
    };
    const first = await turn();
    expect([first.done.length, first.failures.length]).toEqual([40, 1]);
    for (const restMs of [100_000, 200_000]) {
      clockMs += restMs - 1;
      expect(await turn()).toMatchObject({ failures: [] });
      expect(tried).not.toContain('bad');
      clockMs += 1;
      expect((await turn()).failures).toHaveLength(1);
      expect(tried.at(-1)).toBe('bad');
    }
  });

  it('are begun for ten seconds, however many hang, so that whatever comes after them has its turn', async () => {
    const items = Array.from({ length: 200 }, (_, index) => index);
    expect((await sideBySide(items, String, hang, { slow: slowItems() })).failures).toHaveLength(20);
  });

  it('that fail at once are tried again at once', async () => {
    const slow = slowItems();
    for (let turn = 0; turn < 3; turn += 1) {
      const failing = await sideBySide(['one'], String, () => Promise.reject(new Error('no')), { slow });
      expect(failing.failures).toHaveLength(1);
    }
  });
});

describe('two hundred items that hang, none of them known to', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const PATIENCE_MS = 10_000;
  const HANGING = Array.from({ length: 200 }, (_, index) => `hangs ${index}`);
  /** @returns when the one that does not hang was done, ms since the turn began; and how long the turn was */
  async function turnOf(items: string[], later: { item: string; atMs: number } | null) {
    const beganAt = Date.now();
    let doneAfterMs: number | null = null;
    const one = async (item: string): Promise<void> => {
      if (!item.startsWith('hangs')) return void (doneAfterMs = Date.now() - beganAt);
      await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
      throw new Error('no answer');
    };
    let hasCome = false;
    const more = () => {
      const comes = later !== null && !hasCome && Date.now() - beganAt >= later.atMs;
      hasCome ||= comes;
      return Promise.resolve(comes ? [later.item] : []);
    };
    const slow = new SlowItems(() => Date.now());
    const turn = sideBySide(items, String, one, { slow, more });
    await jest.advanceTimersByTimeAsync(30_000);
    const { failures } = await turn;
    return { doneAfterMs: doneAfterMs as number | null, hung: failures.length };
  }

  it('keep one that comes after them waiting for five seconds', async () => {
    const { doneAfterMs, hung } = await turnOf([...HANGING, 'the innocent'], null);
    expect(doneAfterMs).toBeLessThanOrEqual(5_000);
    expect(hung).toBe(200);
  });

  it('keep one that comes while they hang waiting for a second', async () => {
    const { doneAfterMs } = await turnOf(HANGING, { item: 'the innocent', atMs: 6_000 });
    expect(doneAfterMs).toBeLessThanOrEqual(7_500);
  });
});
