import { describe, expect, it } from '@jest/globals';
import { toChainId, toTokenAddress } from '../../ids/ids.js';
import { type Price as PairPrice } from '../../rates/agree.js';
import { isRefusal } from '../../rates/judge.js';
import { RateBook } from '../../rates/rate-book.js';
import { parseDecimal, type Rational, rational } from '../../rates/rational.js';
import { refusal, type Refusal } from '../../rates/refusal.js';
import { lateRate } from './late-rate.js';
import { lockedValue } from './locked-rate.js';
import { formatPrice, parseAssetPrice, parsePrice, type Price, type PriceAsset } from './price.js';
import { type AcceptedAsset, quote } from './quote.js';

const CHAIN = toChainId(8453);
const ether: AcceptedAsset = {
  chain: 'base',
  chainId: CHAIN,
  tokenId: null,
  address: null,
  symbol: 'ETH',
  decimals: 18,
  rateSymbol: 'ETH',
  outOfService: null,
};
const usdc: AcceptedAsset = {
  ...ether,
  tokenId: 'u',
  address: toTokenAddress(`0x${'c'.repeat(40)}`),
  symbol: 'USDC',
  decimals: 6,
  rateSymbol: 'USDC',
};

function bookOf(prices: Record<string, string | Refusal>): RateBook {
  const pairs = Object.keys(prices).map((name) => {
    const [base, quoted] = name.split('/') as [string, string];
    return { base, quote: quoted, sources: [] };
  });
  const values = Object.entries(prices).map(([name, price]): [string, PairPrice | Refusal] => {
    if (typeof price !== 'string') return [name, price];
    const chosen = {
      source: 'kraken',
      value: parseDecimal(price) as Rational,
      at: new Date(5_000),
      feed: null,
      isFixed: false,
    };
    return [name, { chosen, opinions: [chosen] }];
  });
  return new RateBook(pairs, new Map(values), { pegs: { USDC: 'USD' }, pegMaxDeviationBps: 200 });
}
const euros = (amount: string) => parsePrice(amount, 'EUR') as Price;
const amounts = (price: Price, assets: AcceptedAsset[], prices: Record<string, string | Refusal>) =>
  quote(price, assets, bookOf(prices), 6).options.map(({ amount }) => amount);

describe('quote', () => {
  const rates = { 'ETH/USD': '3480', 'EUR/USD': '1.16', 'USDC/USD': '1' };

  it('offers what the price comes to in each asset, rounded up to six digits, and keeps the rate', () => {
    const { options, unavailable } = quote(euros('49.90'), [ether, usdc], bookOf(rates), 6);
    // 49.90 / 3000 = 0.016633…, 49.90 × 1.16 = 57.884
    expect(options.map(({ amount }) => amount)).toEqual([16_633_400_000_000_000n, 57_884_000n]);
    expect(unavailable).toEqual([]);
    expect(options[0]?.rate).toMatchObject({
      value: '3000',
      at: '1970-01-01T00:00:05.000Z',
      sources: [
        { pair: 'ETH/USD', is_inverted: false, source: 'kraken', value: '3480' },
        { pair: 'EUR/USD', is_inverted: true, source: 'kraken', value: '1.16' },
      ],
    });
    expect(lockedValue(options[0]?.rate as never)).toEqual(rational(3000n));
  });

  it('says of each asset that cannot be offered why, and offers the others', () => {
    const down = { ...ether, chain: 'optimism', chainId: toChainId(10), outOfService: 'its node lies' };
    const dear = {
      ...usdc,
      address: toTokenAddress(`0x${'d'.repeat(40)}`),
      symbol: 'DEAR',
      rateSymbol: 'DEAR',
    };
    const prices = { ...rates, 'USDC/USD': '0.9' };
    const { options, unavailable } = quote(euros('1'), [down, usdc, dear, ether], bookOf(prices), 6);
    expect(options.map(({ asset }) => asset.symbol)).toEqual(['ETH']);
    expect(unavailable.map(({ reason }) => reason)).toEqual([
      'its node lies',
      expect.stringContaining('USDC is worth 0.9 USD, off its peg'),
      'no pair of rates.yaml leads from DEAR to EUR: add DEAR/EUR',
    ]);
  });

  it('repeats the refusal of a rate word for word', () => {
    const stale = refusal('stale', 'the feed was last updated 7200 s ago');
    const { unavailable } = quote(euros('1'), [ether], bookOf({ 'ETH/EUR': stale }), 6);
    expect(unavailable[0]?.reason).toBe('the feed was last updated 7200 s ago');
  });

  it('offers an asset once that is named twice', () => {
    expect(amounts(euros('3000'), [ether, { ...ether }], rates)).toEqual([10n ** 18n]);
  });

  it('takes a price in an asset: exactly in that asset, at its rate in others, also off its peg for itself', () => {
    const asset: PriceAsset = usdc;
    const price = parseAssetPrice('1234567.891234', asset) as Price;
    const other = { ...usdc, chainId: toChainId(1), decimals: 18 };
    const offPeg = quote(price, [usdc, other, ether], bookOf({ ...rates, 'USDC/USD': '0.5' }), 6);
    expect(offPeg.options.map(({ amount }) => amount)).toEqual([1_234_567_891_234n]);
    expect(offPeg.unavailable).toHaveLength(2);
    expect(amounts(price, [usdc, other], rates)).toEqual([1_234_567_891_234n, 1_234_570n * 10n ** 18n]);
    expect(formatPrice(price, price.amount)).toBe('1234567.891234');
    expect(formatPrice(price, 1_500_000n)).toBe('1.5');
  });

  it.each([
    ['no decimals', 0, '0.07', 713n],
    ['thirty-six', 36, '0.07', 712_858n * 10n ** 33n],
  ])('prices a token of %s', (_name, decimals, rate, amount) => {
    expect(amounts(euros('49.90'), [{ ...usdc, decimals, rateSymbol: 'X' }], { 'X/EUR': rate })).toEqual([
      amount,
    ]);
  });

  it('refuses what no chain could hold, and a rate of nothing', () => {
    const most = euros('999999999999999999.99');
    const tiny = { 'X/EUR': `0.${'0'.repeat(40)}1` };
    const odd = { ...usdc, decimals: 36, rateSymbol: 'X' };
    expect(quote(most, [odd], bookOf(tiny), 6).unavailable[0]?.reason).toContain('than a chain can hold');
    expect(quote(most, [odd], bookOf({ 'X/EUR': '0' }), 6).unavailable[0]?.reason).toContain('worth nothing');
  });
});

describe('parseAssetPrice', () => {
  it.each([
    ['49.9', 49_900_000n],
    ['0.000001', 1n],
    ['1', 1_000_000n],
  ])('takes %j', (given, amount) => {
    expect(parseAssetPrice(given, usdc)).toMatchObject({ amount, currency: 'USDC', decimals: 6 });
  });

  it.each([
    ['0.0000001', 'has 7 decimals, and USDC has 6: round it'],
    ['0', 'must be above zero'],
    ['-1', 'must be digits with at most one point, as in "49.9"'],
    ['1e3', 'must be digits with at most one point, as in "49.9"'],
    ['1,5', 'must be digits with at most one point, as in "49.9"'],
    ['', 'must be digits with at most one point, as in "49.9"'],
    ['00.1', 'must not begin with zeros, as in "49.9"'],
    ['9'.repeat(41), 'has more than 40 digits before the point'],
    [5, 'must be a string, since numbers lose digits, as in "49.9"'],
    [null, 'must be a decimal string, as in "49.9"'],
  ])('refuses %j', (given, problem) => {
    expect(parseAssetPrice(given, usdc)).toEqual({ field: 'amount', problem });
  });
});

describe('lateRate', () => {
  const locked = rational(3000n);
  const at = (value: bigint) => lateRate(locked, { value: rational(value) }, 200);

  it('keeps the promised rate while the market is near it, both ways, to the last bit', () => {
    expect(at(3060n)).toEqual({ value: locked, basis: 'locked' });
    expect(lateRate(rational(3060n), { value: locked }, 200)).toMatchObject({ basis: 'locked' });
  });

  it('takes the market’s where it has moved more, up or down', () => {
    expect(at(3061n)).toEqual({ value: rational(3061n), basis: 'market' });
    expect(at(1n)).toEqual({ value: rational(1n), basis: 'market' });
  });

  it('takes none where nobody knows, and where it was worth nothing', () => {
    const unknown = lateRate(locked, refusal('no_source', 'was not recorded'), 200);
    expect(isRefusal(unknown) && unknown.reason).toBe('was not recorded');
    expect(at(0n)).toMatchObject({ code: 'not_positive' });
  });

  it('takes the market’s always where no move is allowed', () => {
    expect(lateRate(locked, { value: rational(3001n) }, 0)).toMatchObject({ basis: 'market' });
  });
});
