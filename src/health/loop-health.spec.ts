import { describe, expect, it } from '@jest/globals';
import { type Loop } from '../process/loops.js';
import { loopHealth, stuckLoops } from './loop-health.js';

const MINUTE_MS = 60_000;
const aLoop = (given: Partial<Loop>): Loop => ({
  name: 'scan',
  chain: 'base',
  stepSinceMs: null,
  finishedAtMs: 0,
  ...given,
});

describe('the health of loops', () => {
  it('tells how long ago a step ended, and how long one has been under way', () => {
    const loops = [
      aLoop({ finishedAtMs: 1_000, stepSinceMs: 2_500 }),
      aLoop({ name: 'dispatch', chain: null }),
    ];
    expect(loopHealth(loops, 4_000)).toEqual([
      { loop: 'scan', chain: 'base', seconds_since_step: 3, step_seconds: 1.5 },
      { loop: 'dispatch', chain: null, seconds_since_step: 4, step_seconds: null },
    ]);
  });

  it('calls one stuck in which nothing has ended for ten minutes, whether a step is under way or none begins', () => {
    const loops = [
      aLoop({ stepSinceMs: 1 }),
      aLoop({ name: 'reconcile', chain: null }),
      aLoop({ finishedAtMs: 9 * MINUTE_MS }),
    ];
    expect(stuckLoops(loops, 9 * MINUTE_MS)).toEqual([]);
    expect(stuckLoops(loops, 11 * MINUTE_MS)).toEqual(['scan base', 'reconcile']);
  });
});
