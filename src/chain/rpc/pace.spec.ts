import { describe, expect, it } from '@jest/globals';
import { Pace } from './pace.js';

const NEVER = -Infinity;

describe('how much longer than another an endpoint may take, where all are asked', () => {
  it('is seconds, and more for one that usually takes long', () => {
    const pace = new Pace();
    expect(pace.graceMs('balances', 0, NEVER)).toBe(3_000);
    pace.answered('balances', 5_000);
    expect(pace.graceMs('balances', 0, NEVER)).toBe(10_000);
    expect(pace.graceMs('nonces', 0, NEVER)).toBe(3_000);
  });

  it('is a moment after it was silent, in the same read until that is answered, in others until anything is', () => {
    const pace = new Pace();
    pace.wasSilent('balances', 1_000);
    expect(pace.graceMs('balances', 2_000, 500)).toBe(1_000);
    expect(pace.graceMs('nonces', 2_000, 500)).toBe(1_000);
    expect(pace.graceMs('nonces', 2_000, 1_500)).toBe(3_000);
    expect(pace.graceMs('balances', 2_000, 1_500)).toBe(1_000);
    pace.answered('balances', 10);
    expect(pace.graceMs('balances', 2_000, 1_500)).toBe(3_000);
  });

  it('is seconds again after a while', () => {
    const pace = new Pace();
    pace.wasSilent('balances', 0);
    expect(pace.graceMs('balances', 29_999, NEVER)).toBe(1_000);
    expect(pace.graceMs('balances', 30_000, NEVER)).toBe(3_000);
  });
});
