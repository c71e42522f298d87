import { describe, expect, it } from '@jest/globals';
import { Standing } from './rpc-standing.js';
import { Vitals } from './rpc-vitals.js';

const NOW = 1_700_000_000_000;
const head = (number: number, ageMs = 0) => ({
  number,
  hash: `0x${number}`,
  timestamp: (NOW - ageMs) / 1000,
});
const after = (...numbers: number[]) => {
  const standing = new Standing(2_000);
  numbers.forEach((number) => standing.sawHead(head(number), NOW));
  return standing;
};

describe('Standing', () => {
  it('puts nobody aside of whom nothing is known', () => {
    expect(after().aside(NOW)).toBeNull();
  });

  it('puts aside a head that fell back, until it is where it was', () => {
    const standing = after(100, 96);
    expect(standing.aside(NOW)).toEqual({ reason: 'head_went_back', detail: 'from block 100 to 96' });
    standing.sawHead(head(99), NOW);
    expect(standing.aside(NOW)?.reason).toBe('head_went_back');
    standing.sawHead(head(100), NOW);
    expect(standing.aside(NOW)).toBeNull();
  });

  it('leaves alone a load balancer’s step back', () => {
    expect(after(100, 97).aside(NOW)).toBeNull();
  });

  it('judges by time where a chain has many blocks in a moment', () => {
    const at = (number: number, ageMs = 0) => ({ ...head(number), timestamp: (NOW - ageMs) / 1000 });
    const quick = (...heads: ReturnType<typeof at>[]) => {
      const standing = new Standing(250);
      heads.forEach((one) => standing.sawHead(one, NOW));
      return standing.aside(NOW)?.reason ?? null;
    };
    expect(quick(at(1_000), at(990, 2_500))).toBeNull();
    expect(quick(at(1_000), at(983, 4_250))).toBe('head_went_back');
    // Fewer blocks came than usual, and blocks of another time altogether.
    expect(quick(at(1_000), at(990, 9_000))).toBe('head_went_back');
    expect(quick(at(1_000), at(900))).toBe('head_went_back');
  });

  it('takes a head that stays a step back for one that went back, where blocks are quick', () => {
    const standing = new Standing(250);
    standing.sawHead(head(1_000), NOW);
    standing.sawHead(head(990), NOW + 1_000);
    standing.sawHead(head(998), NOW + 3_000);
    standing.sawHead(head(999), NOW + 5_000);
    expect(standing.aside(NOW + 5_000)).toBeNull();
    standing.sawHead(head(990), NOW + 5_001);
    expect(standing.aside(NOW + 5_001)?.reason).toBe('head_went_back');
    standing.sawHead(head(1_001), NOW + 5_500);
    standing.sawHead(head(991), NOW + 5_501);
    expect(standing.aside(NOW + 5_501)).toBeNull();
  });

  it('takes a fallen head for the chain as it is after a while', () => {
    const standing = after(100, 50);
    const later = NOW + 11 * 60_000;
    standing.sawHead({ ...head(51), timestamp: later / 1000 }, later);
    expect(standing.aside(later)).toBeNull();
    standing.sawHead({ ...head(45), timestamp: later / 1000 }, later);
    expect(standing.aside(later)?.detail).toBe('from block 51 to 45');
  });

  it('is not called still for time in which we ourselves stood still', () => {
    const standing = new Standing(2_000, (since) => (since === 10_000_000 ? 90_000 : 0));
    standing.sawHead({ number: 5, hash: '0x05', timestamp: 10_000 }, 10_000_000);
    expect(standing.aside(10_000_000 + 100_000)).toBeNull();
    expect(standing.aside(10_000_000 + 200_000)).toMatchObject({ reason: 'head_stands_still' });
  });

  it('puts aside a head that stands still by its timestamp, by block time and at least a minute', () => {
    const standing = new Standing(12_000);
    standing.sawHead(head(100, 360_000), NOW);
    expect(standing.aside(NOW)).toBeNull();
    standing.sawHead(head(100, 360_001), NOW);
    expect(standing.aside(NOW)?.reason).toBe('head_stands_still');
    const quick = new Standing(250);
    quick.sawHead(head(100, 60_000), NOW);
    expect(quick.aside(NOW)).toBeNull();
    expect(quick.aside(NOW + 1)?.reason).toBe('head_stands_still');
  });

  it('leaves an endpoint alone for longer each time it gives an unproven answer', () => {
    const standing = after(100);
    standing.gaveUnprovenAnswer('receipts', 'the root differs', NOW);
    standing.gaveUnprovenAnswer('receipts', 'the root differs', NOW + 1);
    expect(standing.aside(NOW + 1999)?.reason).toBe('unproven_answer');
    expect(standing.aside(NOW + 2000)).toBeNull();
    standing.gaveUnprovenAnswer('receipts', 'the root differs', NOW + 2000);
    expect(standing.aside(NOW + 5999)?.reason).toBe('unproven_answer');
    expect(standing.aside(NOW + 6000)).toBeNull();
  });

  it('puts aside a wrong chain id, until it is right', () => {
    const standing = after(100);
    standing.servesWrongChain(56, NOW);
    expect(standing.aside(NOW)).toEqual({ reason: 'wrong_chain_id', detail: 'it serves chain id 56' });
    standing.servesWrongChain(null, NOW);
    expect(standing.aside(NOW)).toBeNull();
  });
});

describe('Vitals', () => {
  const after = (good: boolean, ms: number, times: number) => {
    const vitals = new Vitals();
    for (let call = 0; call < times; call++) vitals.called(good, ms);
    return vitals;
  };

  it('score full marks without a call, and less for errors, slowness and lag', () => {
    const full = new Vitals().score(0);
    expect(full).toBe(1);
    expect(after(false, 1, 5).score(0)).toBeLessThan(0.7);
    expect(after(true, 2000, 5).score(0)).toBeCloseTo(0.5);
    expect(new Vitals().score(8)).toBe(0.5);
  });

  it('recover', () => {
    const vitals = after(false, 1, 20);
    for (let call = 0; call < 40; call++) vitals.called(true, 1);
    expect(vitals.score(0)).toBeGreaterThan(0.95);
  });
});
