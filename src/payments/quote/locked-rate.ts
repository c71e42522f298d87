import { type Rate } from '../../rates/rate-book.js';
import { recordedSource } from '../../rates/rate-history.js';
import { type RecordedSource } from '../../rates/recorded-rate.entity.js';
import { ONE, type Rational, rational, toDecimal } from '../../rates/rational.js';

/** Who said what of a pair that a rate was made of: its round and block, where it is a feed. */
export interface LockedSource extends RecordedSource {
  pair: string;
  /** The pair was used the other way round. */
  is_inverted: boolean;
}

/** What one unit of an asset was worth when a payment was made, and who said so: kept with the payment as JSON. */
export interface LockedRate {
  /** Exact. */
  numerator: string;
  denominator: string;
  /** For people: a decimal of up to 18 digits. */
  value: string;
  /** Of the oldest price that it is made of; null: nothing was asked, the price is in this asset itself. */
  at: string | null;
  /** By pair: the one that was chosen first, then those that agreed. */
  sources: LockedSource[];
}

export function lockedRate({ value, at, legs }: Pick<Rate, 'value' | 'at' | 'legs'>): LockedRate {
  return {
    numerator: value.numerator.toString(),
    denominator: value.denominator.toString(),
    value: toDecimal(value),
    at: at?.toISOString() ?? null,
    sources: legs.flatMap(({ pair, isInverted, price: { chosen, opinions } }) =>
      [chosen, ...opinions.filter((one) => one !== chosen)].map((opinion) => ({
        pair,
        is_inverted: isInverted,
        ...recordedSource(opinion),
      })),
    ),
  };
}

/** Of a payment in the asset that its price is made in. */
export const SAME_ASSET: LockedRate = lockedRate({ value: ONE, at: null, legs: [] });

export function lockedValue({ numerator, denominator }: LockedRate): Rational {
  return rational(BigInt(numerator), BigInt(denominator));
}
