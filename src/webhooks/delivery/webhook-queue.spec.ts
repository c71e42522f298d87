import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TryLaterError } from './webhook-queue.js';

describe('a job that is to come back', () => {
  it('never asks BullMQ for -1, by which it would mean never', () => {
    expect(new TryLaterError(-1).delayMs).toBe(0);
    fc.assert(fc.property(fc.integer(), (ms) => new TryLaterError(ms).delayMs === Math.max(0, ms)));
  });
});
