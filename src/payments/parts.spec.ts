import { describe, expect, it } from '@jest/globals';
import { divide, multiply, rational, roundedDown } from '../rates/rational.js';
import { Parts } from './parts.js';
import { lateRate } from './quote/late-rate.js';

const SPECKS = 10_000;
/** ETH/EUR, from ETH/USD and EUR/USD as feeds with 8 decimals tell them. */
const crossed = (eth: bigint, eur: bigint) => divide(rational(eth, 10n ** 8n), rational(eur, 10n ** 8n));
const locked = crossed(348_000000000n, 116000000n);

/** One base unit in each of ten thousand minutes, of which none has the rate of another. */
function specks() {
  return Array.from({ length: SPECKS }, (_one, minute) => {
    const then = crossed(300_000000000n + BigInt(minute * 102_947), 116000000n + BigInt(minute * 101 + 1));
    const late = lateRate(locked, { value: then }, 200);
    if ('code' in late) throw new Error(late.code);
    return { amount: 1n, factor: divide(late.value, locked) };
  });
}

describe('specks that come late, a minute apart', () => {
  it('are summed exactly with numbers that do not grow with their count, so that nobody makes a scan slow', () => {
    const pieces = specks();
    const asked = 16_632_333_333_333_334n;
    const back = { refunded: 1n, promised: 0n, beforeConfirmation: 1n };
    const refunds = [{ id: '1', amount: 1n, state: 'confirmed' as const, isAfterConfirmation: false }];
    const begunMs = performance.now();
    const parts = new Parts([{ asked, pieces, back, refunds }]);
    const sum = pieces.reduce((total, piece) => total + parts.of(0, piece), 0n);
    expect(parts.came()).toBe(sum);
    expect(parts.allBack()).toBe(parts.of(0, pieces[0] as (typeof pieces)[number]));
    expect(parts.whole.toString(2).length).toBeLessThan(512);
    // A thirtieth of a second where nothing else runs.
    expect(performance.now() - begunMs).toBeLessThan(3_000);
    const exact = pieces.reduce((total, { factor }) => {
      const next = multiply(factor, rational(1n, asked));
      return total + (next.numerator * 10n ** 60n) / next.denominator;
    }, 0n);
    const difference = (sum * 10n ** 60n) / parts.whole - exact;
    expect(difference >= 0n && difference <= BigInt(SPECKS)).toBe(true);
  });

  it('count at the market’s rate with 18 digits, rounded down', () => {
    const third = rational(10_000n, 3n);
    expect(lateRate(rational(3_000n), { value: third }, 200)).toEqual({
      basis: 'market',
      value: rational(3333_33333333333333n, 10n ** 14n),
    });
    expect(roundedDown(third, 18)).toEqual(rational(3333_33333333333333n, 10n ** 14n));
    expect(roundedDown(rational(2n, 3_000n), 3)).toEqual(rational(666n, 10n ** 6n));
    expect(roundedDown(rational(7n, 2n), 18)).toEqual(rational(7n, 2n));
    expect(roundedDown(rational(12_345_678n), 3)).toEqual(rational(12_345_678n));
  });
});

describe('what is due', () => {
  it('is all that is missing, though less would be taken as enough, and nothing once it is', () => {
    const back = { refunded: 0n, promised: 0n, beforeConfirmation: 0n };
    const dueAfter = (amount: bigint) =>
      new Parts([{ asked: 100n, pieces: [{ amount }], back, refunds: [] }]).due(1_000);
    expect([50n, 89n, 90n, 100n].map(dueAfter)).toEqual([50n, 11n, 0n, 0n]);
  });

  it('is rounded up in each asset, to a base unit of it', () => {
    const back = { refunded: 0n, promised: 0n, beforeConfirmation: 0n };
    const parts = new Parts([3n, 7n].map((asked) => ({ asked, pieces: [], back, refunds: [] })));
    expect(parts.whole).toBe(21n);
    expect([0n, 1n, 7n, 8n, 21n].map((due) => parts.unitsOf(0, due))).toEqual([0n, 1n, 1n, 2n, 3n]);
  });
});
