import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BatchSize } from './batch-size.js';

const MINUTE_MS = 60_000;

/** Of a node that takes so many, and says when it was too much. */
function sizesAgainst(limit: number, rounds: number, stepMs: number): number[] {
  const size = new BatchSize(20);
  return Array.from({ length: rounds }, (_, round) => {
    const { calls } = size;
    if (calls > limit) size.refused(calls, round * stepMs);
    else size.answered(calls, round * stepMs);
    return calls;
  });
}

describe('BatchSize', () => {
  it('halves down to what the node takes, and creeps up below what it refused', () => {
    expect(sizesAgainst(7, 7, 1)).toEqual([20, 10, 5, 6, 7, 8, 4]);
  });

  it('comes down to one call for a node that takes no more, and hardly ever tries again', () => {
    const sizes = sizesAgainst(1, 1_000, 1_000);
    expect(sizes.slice(0, 6)).toEqual([20, 10, 5, 2, 1, 1]);
    expect(sizes.filter((calls) => calls > 1).length).toBeLessThan(10);
  });

  it('is as large as ever once the node takes all again', () => {
    const size = new BatchSize(20);
    size.refused(20, 0);
    for (let minute = 1; minute < 20; minute++) size.answered(size.calls, minute * MINUTE_MS);
    expect(size.calls).toBe(20);
  });

  it('takes several that failed together for one', () => {
    const size = new BatchSize(20);
    for (let batch = 0; batch < 4; batch++) size.failed(20, 0);
    expect(size.calls).toBe(10);
  });

  it('does not hold against a size that nothing was answered for a while', () => {
    const size = new BatchSize(400);
    for (let failure = 0; failure < 20; failure++) size.failed(size.calls, 0);
    expect(size.calls).toBe(1);
    for (let answer = 0; answer < 10; answer++) size.answered(size.calls, 1);
    expect(size.calls).toBeGreaterThan(100);
  });

  it('is told nothing by an answer to fewer than could have been', () => {
    const size = new BatchSize(20);
    size.refused(20, 0);
    size.answered(3, MINUTE_MS);
    expect(size.calls).toBe(10);
  });

  it('stays between one and the most, whatever happens', () => {
    const event = fc.record({
      how: fc.constantFrom('answered', 'refused', 'failed'),
      calls: fc.integer({ min: 1, max: 20 }),
      ms: fc.nat(MINUTE_MS),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const size = new BatchSize(20);
        let now = 0;
        for (const { how, calls, ms } of events) {
          size[how as 'answered'](calls, (now += ms));
          expect(size.calls).toBeGreaterThanOrEqual(1);
          expect(size.calls).toBeLessThanOrEqual(20);
        }
      }),
    );
  });
});
