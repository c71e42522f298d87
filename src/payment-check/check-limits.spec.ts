import { describe, expect, it } from '@jest/globals';
import { CheckLimits, TooManyChecksError } from './check-limits.js';

function taken(limits: CheckLimits, merchant: string, times: number, nowMs: number): number {
  for (let count = 0; count < times; count += 1) {
    try {
      limits.spend(merchant, nowMs);
    } catch (error) {
      expect(error).toBeInstanceOf(TooManyChecksError);
      return count;
    }
  }
  return times;
}

describe('CheckLimits', () => {
  it('lets a merchant ask sixty times a minute, and others meanwhile', () => {
    const limits = new CheckLimits();
    expect(taken(limits, 'greedy', 100, 0)).toBe(60);
    expect(taken(limits, 'other', 10, 59_000)).toBe(10);
    expect(taken(limits, 'greedy', 100, 60_000)).toBe(60);
  });

  it('lets all together ask six hundred times, and says when to try again', () => {
    const limits = new CheckLimits();
    for (let merchant = 0; merchant < 10; merchant += 1)
      expect(taken(limits, `${merchant}`, 100, 0)).toBe(60);
    expect(() => limits.spend('one more', 20_000)).toThrow(
      'all merchants together asked where money is as often as nodes can be asked for it; try again in 40 s',
    );
    expect(taken(limits, 'one more', 1, 60_000)).toBe(1);
  });
});
