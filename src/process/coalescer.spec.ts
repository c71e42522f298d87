import { describe, expect, it } from '@jest/globals';
import { Coalescer } from './coalescer.js';

describe('Coalescer', () => {
  const doubling = (batches: number[][], gate: Promise<unknown> = Promise.resolve()) =>
    new Coalescer<number, number>(
      async (inputs) => {
        batches.push(inputs);
        await gate;
        return inputs.map((input) => input * 2);
      },
      3,
      1,
    );

  it('answers each call with its own, though they went together', async () => {
    const batches: number[][] = [];
    const coalescer = doubling(batches);
    await expect(Promise.all([1, 2, 3, 4].map((n) => coalescer.call(n)))).resolves.toEqual([2, 4, 6, 8]);
    expect(batches).toEqual([[1, 2, 3], [4]]);
  });

  it('gathers while a batch is under way', async () => {
    const batches: number[][] = [];
    let open: (value?: unknown) => void = () => undefined;
    const coalescer = doubling(batches, new Promise((resolve) => (open = resolve)));
    const first = coalescer.call(1);
    await new Promise((resolve) => setImmediate(resolve));
    const more = [coalescer.call(2), coalescer.call(3)];
    open();
    await expect(Promise.all([first, ...more])).resolves.toEqual([2, 4, 6]);
    expect(batches).toEqual([[1], [2, 3]]);
  });

  it('fails those that cannot be done, and no others', async () => {
    const coalescer = new Coalescer<number, number>((inputs) =>
      inputs.includes(13) ? Promise.reject(new Error('unlucky')) : Promise.resolve(inputs),
    );
    const answers = await Promise.allSettled([1, 13, 3].map((n) => coalescer.call(n)));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails all that wait when a batch took long to fail, rather than have each wait as long again', async () => {
    let fail: (error: Error) => void = () => undefined;
    let batches = 0;
    const coalescer = new Coalescer<number, number>(
      () => {
        batches += 1;
        return new Promise((_resolve, reject) => (fail = reject));
      },
      3,
      1,
      0,
    );
    const first = [1, 2].map((n) => coalescer.call(n));
    await new Promise((resolve) => setImmediate(resolve));
    const calls = Promise.allSettled([...first, coalescer.call(3)]);
    await new Promise((resolve) => setImmediate(resolve));
    fail(new Error('frozen'));
    const answers = await calls;
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(batches).toBe(1);
  });
});
