import { describe, expect, it } from '@jest/globals';
import { aheadBy, clockProblem } from './clock.js';

describe('our clock beside another', () => {
  it.each([
    ['the same', 1_000, 1_200, 1_100, 0],
    ['an answer that took long', 0, 60_000, 100, 0],
    ['ahead', 100_000, 100_200, 40_000, 60_000],
    ['behind', 40_000, 40_200, 100_000, -59_800],
  ])('is %s', (_what, asked, answered, other, ahead) => expect(aheadBy(asked, answered, other)).toBe(ahead));

  it.each([
    [{ aheadOfDatabaseMs: 29_000, behindChainsMs: 15_000 }, null],
    [{ aheadOfDatabaseMs: null, behindChainsMs: null }, null],
    [{ aheadOfDatabaseMs: 0, behindChainsMs: -7_200_000 }, null],
    [{ aheadOfDatabaseMs: 61_000, behindChainsMs: null }, /61 s ahead of Postgres/],
    [{ aheadOfDatabaseMs: -3_600_000, behindChainsMs: 3_600_000 }, /3600 s behind Postgres/],
    [{ aheadOfDatabaseMs: 0, behindChainsMs: 45_000 }, /Postgres' clock is 45 s behind the newest block/],
  ])('is told of where it is wrong: %j', (reading, problem) => {
    if (problem === null) expect(clockProblem(reading)).toBeNull();
    else expect(clockProblem(reading)).toMatch(problem);
  });
});
