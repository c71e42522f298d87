import { type ChainConfig } from '../config/chains.js';
import { type RatesConfig } from '../config/rates.js';
import { RateBook } from './rate-book.js';
import { isRefusal } from './judge.js';

/**
 * Symbols of a chain's tokens of which nobody says what they are worth: no pairs of rates.yaml lead to the native asset,
 * and chains.yaml has neither `native_value` nor a minimum. Whatever arrives of them is moved, for as much as `sweep.max_gas`
 * and `sweep.max_fee` allow.
 */
export function unpricedTokens(
  { native, tokens }: Pick<ChainConfig, 'native' | 'tokens'>,
  { pairs }: Pick<RatesConfig, 'pairs'>,
): string[] {
  const book = new RateBook(pairs, new Map(), { pegs: {}, pegMaxDeviationBps: 0 });
  const isPriced = (symbol: string) => {
    const rate = book.rate(symbol, native.rate ?? native.symbol);
    return !isRefusal(rate) || rate.code !== 'no_pair';
  };
  const isWeighed = ({ sweep }: ChainConfig['tokens'][number]) =>
    sweep?.nativeValue !== undefined || (sweep?.minimum ?? 0n) > 0n;
  return tokens
    .filter((token) => token.enabled && !isWeighed(token) && !isPriced(token.rate ?? token.symbol))
    .map(({ symbol }) => symbol);
}

/** In words, for the log and for the doctor. */
export const UNPRICED =
  'have neither a rate, nor native_value, nor a minimum: whatever arrives of them is swept, though it may cost more than it is worth';
