import { describe, expect, it } from '@jest/globals';
import { isOfLater, TryLaterError } from './webhook-queue.js';

const NOW = 1_795_000_000_000;

describe('a job that was put off', () => {
  it.each([
    ['is not there any more', undefined, false],
    ['of now', { timestamp: NOW }, false],
    ['by a worker whose clock is a little ahead', { timestamp: NOW + 30_000 }, false],
    ['before the clock was set back by two hours', { timestamp: NOW + 7_200_000 }, true],
    ['again then, and made long before', { timestamp: NOW - 5, processedOn: NOW + 7_200_000 }, true],
  ])('%s', (_what, job, isLater) => expect(isOfLater(job, NOW)).toBe(isLater));
});

describe('a wait', () => {
  it.each([
    [10_999.3, 11_000],
    [0.2, 1],
    [0, 0],
    [-1, 0],
  ])('of %d ms is one of whole ms, as Postgres wants it', (ms, whole) =>
    expect(new TryLaterError(ms).delayMs).toBe(whole),
  );
});
