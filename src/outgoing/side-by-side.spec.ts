import { beforeEach, describe, expect, it } from '@jest/globals';
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
