import { describe, expect, it } from '@jest/globals';
import { afterRunningMs, RunningClock } from './running-time.js';

const HOUR_MS = 3_600_000;

/** A clock whose times a test sets. */
function aClock() {
  const at = { monotonic: 1_000, wall: 500 * HOUR_MS };
  const clock = new RunningClock(
    () => at.monotonic,
    () => at.wall,
  );
  const pass = (ms: number, wallMs = ms) => {
    at.monotonic += ms;
    at.wall += wallMs;
    return clock.now();
  };
  return { at, clock, pass };
}

describe('RunningClock', () => {
  it('goes as time does while it is looked at', () => {
    const { clock, pass } = aClock();
    const before = clock.now();
    for (let step = 0; step < 100; step += 1) pass(100);
    expect(clock.now() - before).toBe(10_000);
    expect(clock.stoodStillSince(0)).toBe(0);
  });

  it('does not count a standstill, however long', () => {
    const { at, clock, pass } = aClock();
    const [before, since] = [clock.now(), at.wall];
    pass(100);
    pass(75_000);
    pass(100);
    expect(clock.now() - before).toBe(700);
    expect(clock.stoodStillSince(since)).toBe(74_500);
    expect(clock.stoodStillSince(at.wall - 50_100)).toBe(50_000);
    expect(clock.stoodStillSince(at.wall)).toBe(0);
  });

  it('notices a suspended machine, for which the monotonic clock stands still itself', () => {
    const { at, clock, pass } = aClock();
    const [before, since] = [clock.now(), at.wall];
    pass(10, 5 * HOUR_MS);
    expect(clock.now() - before).toBe(10);
    expect(clock.stoodStillSince(since)).toBe(5 * HOUR_MS - 500);
    expect(clock.stoodStillSince(at.wall + HOUR_MS)).toBe(0);
  });

  it('never goes back, even if a clock does', () => {
    const { clock, pass } = aClock();
    const before = pass(100);
    expect(pass(-50, -HOUR_MS)).toBe(before);
    expect(clock.stoodStillSince(0)).toBe(0);
  });
});

describe('afterRunningMs', () => {
  it('does not fire for time in which nothing could run', async () => {
    const began = performance.now();
    const fired = new Promise<number>((resolve) => afterRunningMs(600, () => resolve(performance.now())));
    // A standstill in small: the process is busy with nothing else for 1.5 s.
    while (performance.now() - began < 1_500);
    expect((await fired) - began).toBeGreaterThanOrEqual(1_500);
  });

  it('does not fire once it is taken back', async () => {
    let count = 0;
    afterRunningMs(1, () => (count += 1))();
    await new Promise((resolve) => afterRunningMs(20, () => resolve(null)));
    expect(count).toBe(0);
  });
});
