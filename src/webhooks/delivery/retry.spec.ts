import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { delayAfter, retryAfterMs } from './retry.js';

describe('delayAfter', () => {
  it('follows the schedule within ±20 %, then ends', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 1e9 }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (schedule, random) => {
          schedule.forEach((base, index) => {
            const delay = delayAfter(schedule, index + 1, random) as number;
            expect(delay).toBeGreaterThanOrEqual(Math.floor(base * 0.8));
            expect(delay).toBeLessThanOrEqual(Math.ceil(base * 1.2));
          });
          expect(delayAfter(schedule, schedule.length + 1, random)).toBeUndefined();
        },
      ),
    );
  });

  it('spreads from 80 % to 120 %', () => {
    expect([0, 0.5, 1].map((random) => delayAfter([1000], 1, random))).toEqual([800, 1000, 1200]);
  });
});

describe('retryAfterMs', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['999999999', 24 * 3_600_000],
    ['9'.repeat(400), 24 * 3_600_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 24 * 3_600_000],
    ['-5', 0],
    ['1.5', 0],
    [' 7 ', 7_000],
    ['soon', undefined],
    [undefined, undefined],
  ])('reads %p', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});
