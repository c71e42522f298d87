import { describe, expect, it } from '@jest/globals';
import { type PairConfig } from '../config/rates.js';
import { type Price } from './agree.js';
import { isRefusal } from './judge.js';
import { RateBook } from './rate-book.js';
import { parseDecimal, type Rational, toDecimal } from './rational.js';
import { refusal, type Refusal } from './refusal.js';

const RULES = { pegs: { USDC: 'USD' }, pegMaxDeviationBps: 100 };
const worth = (value: string, atMs = 0): Price => {
  const chosen = {
    source: 'x',
    value: parseDecimal(value) as Rational,
    at: new Date(atMs),
    feed: null,
    isFixed: false,
  };
  return { chosen, opinions: [chosen] };
};
const old = refusal('stale', 'it is too old to price anything');

function bookOf(prices: Record<string, Price | Refusal>): RateBook {
  const pairs = Object.keys(prices).map((name): PairConfig => {
    const [base, quote] = name.split('/') as [string, string];
    return { base, quote, sources: [] };
  });
  return new RateBook(pairs, new Map(Object.entries(prices)), RULES);
}
const rateIn = (prices: Record<string, Price | Refusal>, base: string, quote: string) => {
  const rate = bookOf(prices).rate(base, quote);
  return isRefusal(rate) ? rate.code : toDecimal(rate.value, 10);
};

describe('RateBook', () => {
  it('takes the pair itself, either way round', () => {
    expect(rateIn({ 'ETH/USD': worth('3500') }, 'ETH', 'USD')).toBe('3500');
    expect(rateIn({ 'USD/ETH': worth('0.0004') }, 'ETH', 'USD')).toBe('2500');
  });

  it('crosses pairs where there is none', () => {
    const prices = { 'ETH/USD': worth('3480', 5), 'EUR/USD': worth('1.16', 3) };
    expect(rateIn(prices, 'ETH', 'EUR')).toBe('3000');
    expect(bookOf(prices).rate('ETH', 'EUR')).toMatchObject({
      at: new Date(3),
      legs: [
        { pair: 'ETH/USD', isInverted: false },
        { pair: 'EUR/USD', isInverted: true },
      ],
    });
  });

  it('does not go round a pair of its own that is refused', () => {
    const prices = { 'ETH/EUR': old, 'ETH/USD': worth('3480'), 'EUR/USD': worth('1.16') };
    expect(rateIn(prices, 'ETH', 'EUR')).toBe('stale');
  });

  it('takes another way of as many pairs where the first is refused', () => {
    const prices = {
      'ETH/USD': old,
      'EUR/USD': worth('1.16'),
      'ETH/GBP': worth('2000'),
      'GBP/EUR': worth('1.5'),
    };
    expect(rateIn(prices, 'ETH', 'EUR')).toBe('3000');
  });

  it('is one between a symbol and itself, and refused where nothing leads there', () => {
    expect(rateIn({}, 'EUR', 'EUR')).toBe('1');
    expect(rateIn({ 'ETH/USD': worth('1') }, 'ETH', 'GBP')).toBe('no_pair');
  });

  it('prices a stablecoin while it keeps to its peg, by its own price', () => {
    const prices = { 'USDC/USD': worth('0.995'), 'EUR/USD': worth('1.16') };
    expect(rateIn(prices, 'USDC', 'USD')).toBe('0.995');
    expect(rateIn({ ...prices, 'USDC/USD': worth('0.98') }, 'USDC', 'USD')).toBe('off_peg');
    expect(rateIn({ ...prices, 'USDC/USD': worth('1.02') }, 'USDC', 'EUR')).toBe('off_peg');
    expect(rateIn({ ...prices, 'USDC/USD': old }, 'USDC', 'EUR')).toBe('stale');
  });

  it('guards the peg also where another pair prices it, or where it is only on the way', () => {
    const prices = { 'USDC/USD': worth('0.9'), 'USDC/EUR': worth('0.86'), 'ETH/USDC': worth('3500') };
    expect(rateIn(prices, 'USDC', 'EUR')).toBe('off_peg');
    expect(rateIn(prices, 'ETH', 'EUR')).toBe('off_peg');
    expect(rateIn({ ...prices, 'USDC/USD': old }, 'USDC', 'EUR')).toBe('stale');
    expect(rateIn(prices, 'USDC', 'USDC')).toBe('off_peg');
  });
});
