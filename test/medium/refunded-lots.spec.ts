import { describe, expect, it } from '@jest/globals';
import {
  assertAnyOrder,
  assertNeverNegative,
  assertNothingLeft,
  assertSettled,
  digitsAfterSpecks,
} from '../harness/lot-properties.js';

/** Ten thousand runs of each are made in test/long. */
const RUNS = 200;

describe('what goes back', () => {
  it.each([
    ['takes what it took, whatever comes later', assertSettled],
    ['leaves nothing when it is all that came', assertNothingLeft],
    ['takes the same in any order of the same moment', assertAnyOrder],
    ['is never more than came', assertNeverNegative],
  ])('%s', (_what, assertion) => {
    expect(() => assertion(RUNS)).not.toThrow();
  });

  it('of each of 500 specks keeps the numbers small', () => {
    const { digits, ms, left } = digitsAfterSpecks(500);
    expect(left).toBe(0n);
    expect(digits).toBeLessThan(100);
    // Some milliseconds where nothing else runs.
    expect(ms).toBeLessThan(1_000);
  });
});
