import { describe, expect, it } from '@jest/globals';
import { type ChainConfig } from '../config/chains.js';
import { toTokenAddress } from '../ids/ids.js';
import { AssetWorth } from './asset-worth.js';
import { type Price } from './agree.js';
import { RateBook } from './rate-book.js';
import { type RecordedRates } from './recorded-rates.js';
import { rational } from './rational.js';
import { refusal, type Refusal } from './refusal.js';

const ETHER = 10n ** 18n;
const address = toTokenAddress(`0x${'c'.repeat(40)}`);
const token = { symbol: 'USDC', address, decimals: 6, enabled: true };
const chain = { name: 'base', native: { symbol: 'ETH', decimals: 18 }, tokens: [token] };
const byHand = { ...chain, tokens: [{ ...token, sweep: { minimum: 0n, nativeValue: ETHER / 1000n } }] };

function worthBy(price: Price | Refusal | null): AssetWorth {
  const pair = { base: 'ETH', quote: 'USDC', sources: [] };
  const prices = new Map(price === null ? [] : [['ETH/USDC', price] as const]);
  const book = new RateBook([pair], prices, { pegs: {}, pegMaxDeviationBps: 200 });
  return new AssetWorth({ now: () => Promise.resolve(price && book) } as unknown as RecordedRates);
}
const inWei = (worth: AssetWorth, on: Pick<ChainConfig, 'name' | 'native' | 'tokens'>, amount = 7_000_000n) =>
  worth.inWei(null, on, address, amount);

describe('AssetWorth', () => {
  const chosen = { source: 'x', value: rational(3500n), at: new Date(0), feed: null, isFixed: false };
  const priced = worthBy({ chosen, opinions: [chosen] });

  it('is by the rate, whatever was typed', async () => {
    expect(await inWei(priced, chain)).toBe(ETHER / 500n);
    expect(await inWei(priced, byHand)).toBe(ETHER / 500n);
    expect(await priced.inWei(null, chain, null, 5n)).toBe(5n);
  });

  it('is what was typed where there is no rate, and nothing where nothing was', async () => {
    for (const none of [worthBy(null), worthBy(refusal('stale', 'too old'))]) {
      expect(await inWei(none, byHand)).toBe((ETHER / 1000n) * 7n);
      expect(await inWei(none, chain)).toBeNull();
    }
  });
});
