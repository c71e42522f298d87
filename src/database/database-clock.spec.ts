import { describe, expect, it } from '@jest/globals';
import { DatabaseClock } from './database-clock.js';

const HOUR = 3_600_000;

function clocks() {
  const at = { steady: 5_000_000, wall: 5_000_000 };
  const clock = new DatabaseClock(
    () => at.steady,
    () => at.wall,
  );
  const pass = (ms: number) => {
    at.steady += ms;
    at.wall += ms;
  };
  return { at, clock, pass };
}

describe('Postgres’ clock', () => {
  it('is the host’s until it has been read', () => {
    const { at, clock } = clocks();
    at.wall += HOUR;
    expect(clock.nowMs()).toBe(at.wall);
    expect(clock.isDoubtful).toBe(true);
  });

  it('goes on by steady time from what was read, whatever the host’s clock says', () => {
    const { at, clock, pass } = clocks();
    clock.wasRead(at.wall + HOUR, at.steady - 20, at.steady);
    pass(10_000);
    expect(clock.nowMs()).toBe(5_000_000 + HOUR + 10_010);
    expect(clock.isDoubtful).toBe(false);
    at.wall -= 2 * HOUR;
    expect(clock.nowMs()).toBe(5_000_000 + HOUR + 10_010);
    expect(clock.isDoubtful).toBe(true);
  });

  it('makes nothing younger when the machine was suspended, and is right once it is read again', () => {
    const { at, clock, pass } = clocks();
    clock.wasRead(at.wall, at.steady, at.steady);
    at.wall += HOUR;
    expect(clock.nowMs()).toBe(5_000_000 + HOUR);
    clock.wasRead(at.wall, at.steady, at.steady);
    pass(1_000);
    expect(clock.nowMs()).toBe(5_000_000 + HOUR + 1_000);
    at.wall -= 2 * HOUR;
    clock.wasRead(at.wall, at.steady, at.steady);
    expect(clock.nowMs()).toBe(5_000_000 - HOUR + 1_000);
  });

  it('tells when something of a row was by the host’s clock, however far that is off', () => {
    const { at, clock, pass } = clocks();
    expect(clock.onHostMs(at.wall - 10_000)).toBe(at.wall - 10_000);
    clock.wasRead(at.wall + HOUR, at.steady, at.steady);
    pass(10_000);
    expect(clock.onHostMs(clock.nowMs())).toBe(at.wall);
    expect(clock.onHostMs(clock.nowMs() - 5_000)).toBe(at.wall - 5_000);
  });
});
