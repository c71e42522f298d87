import { describe, expect, it } from '@jest/globals';
import { type EntityManager } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { type Settings } from '../config/settings.js';
import { toChainId } from '../ids/ids.js';
import { RateBook } from '../rates/rate-book.js';
import { type RecordedRates } from '../rates/recorded-rates.js';
import { rational } from '../rates/rational.js';
import { refusal } from '../rates/refusal.js';
import { LateWorth } from './late-worth.js';
import { type NamedOption } from './payment-records.js';
import { type LockedRate, SAME_ASSET } from './quote/locked-rate.js';

const END = new Date('2026-11-27T12:00:00Z');
const LATE = new Date('2026-11-27T12:10:00Z');
const payment = { priceCurrency: 'EUR', priceChain: null, expiresAt: END };
const locked: LockedRate = {
  numerator: '3000',
  denominator: '1',
  value: '3000',
  at: END.toISOString(),
  sources: [],
};
const chains = [
  {
    name: 'base',
    chainId: toChainId(8453),
    native: { symbol: 'WETH', decimals: 18, rate: 'ETH' },
    tokens: [],
  },
] as unknown as ChainConfig[];
const optionAt = (rate: LockedRate | null) =>
  ({
    option: { chainId: toChainId(8453), rate },
    asset: { id: null, address: null, symbol: 'WETH', decimals: 18 },
  }) as NamedOption;

/** @param eth what one was worth; null: nobody has recorded it */
async function worth(eth: bigint | null, given: { rate?: LockedRate | null; at?: Date } = {}) {
  const asked: Date[] = [];
  const rates = {
    at: (_manager: EntityManager, at: Date) => {
      asked.push(at);
      const chosen = { source: 'x', value: rational(eth ?? 1n), at, feed: null, isFixed: false };
      const price = eth === null ? refusal('no_source', 'was not recorded') : { chosen, opinions: [chosen] };
      const pair = { base: 'ETH', quote: 'EUR', sources: [] };
      return Promise.resolve(
        new RateBook([pair], new Map([['ETH/EUR', price]]), { pegs: {}, pegMaxDeviationBps: 200 }),
      );
    },
  } as unknown as RecordedRates;
  const { rate = locked, at = LATE } = given;
  const late = new LateWorth({ lateRateMaxMoveBps: 200 } as Settings, chains, rates);
  const worthOf = late.inTransaction({} as EntityManager);
  return { worth: await worthOf(payment, optionAt(rate), at), asked, worthOf };
}

describe('LateWorth', () => {
  it('is all of the promised rate while the market is within two per cent of it', async () => {
    expect((await worth(3060n)).worth).toBeNull();
    expect((await worth(2950n)).worth).toBeNull();
  });

  it('is what it was worth where the market has moved more, by a rate that was settled before its block', async () => {
    const { worth: fallen, asked } = await worth(2700n);
    expect(fallen).toMatchObject({ numerator: '9', denominator: '10', rate: { value: '2700' } });
    expect((await worth(6000n)).worth).toMatchObject({ numerator: '2', denominator: '1' });
    expect(asked).toEqual([new Date(LATE.getTime() - 60_000)]);
  });

  it('is not known where nobody has recorded it, and never guessed', async () => {
    expect((await worth(null)).worth).toBe('unknown');
  });

  it('is nothing to ask of what came in time, of an amount without a price, and of the price’s own asset', async () => {
    for (const given of [{ at: END }, { rate: null }, { rate: SAME_ASSET }]) {
      expect(await worth(null, given)).toMatchObject({ worth: null, asked: [] });
    }
  });

  it('is asked once of all that a block brings, however many transfers, options and payments', async () => {
    const { asked, worthOf } = await worth(2700n);
    const other = optionAt(locked);
    for (let times = 0; times < 1_000; times++) {
      expect(await worthOf(payment, other, LATE)).toMatchObject({ numerator: '9', denominator: '10' });
    }
    expect(asked).toHaveLength(1);
    const later = new Date(LATE.getTime() + 12_000);
    await worthOf(payment, other, later);
    expect(asked).toEqual([LATE, later].map((time) => new Date(time.getTime() - 60_000)));
  });
});
