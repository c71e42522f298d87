import { expect, it } from '@jest/globals';
import { type TokenConfig } from '../config/chains.js';
import { type PairConfig } from '../config/rates.js';
import { unpricedTokens } from './unpriced-tokens.js';

const native = { symbol: 'ETH', decimals: 18 };
const token = (symbol: string, given: Partial<TokenConfig> = {}) =>
  ({ symbol, decimals: 6, enabled: true, ...given }) as TokenConfig;
const pair = (base: string, quote: string) => ({ base, quote, sources: [] }) as PairConfig;

it('names the tokens that have neither a rate, nor a value, nor a minimum', () => {
  const pairs = [pair('ETH', 'USD'), pair('USDC', 'USD'), pair('LOST', 'NOWHERE')];
  const tokens = [
    token('USDC'),
    token('bridged', { rate: 'USDC' }),
    token('VALUED', { sweep: { minimum: 0n, nativeValue: 1n } }),
    token('LEAST', { sweep: { minimum: 5n } }),
    token('OFF', { enabled: false }),
    token('LOST'),
    token('BARE', { sweep: { minimum: 0n } }),
  ];
  expect(unpricedTokens({ native, tokens }, { pairs })).toEqual(['LOST', 'BARE']);
  expect(unpricedTokens({ native: { ...native, rate: 'OTHER' }, tokens }, { pairs })).toEqual([
    'USDC',
    'bridged',
    'LOST',
    'BARE',
  ]);
});
