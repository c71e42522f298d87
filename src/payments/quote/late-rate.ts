import { isRefusal } from '../../rates/judge.js';
import { isApart, type Rational, roundedDown } from '../../rates/rational.js';
import { refusal, type Refusal } from '../../rates/refusal.js';

/** At which rate money counts that was mined after its payment's end. */
export interface LateRate {
  value: Rational;
  /** `locked`: the market has hardly moved; `market`: what it was worth when it was mined. */
  basis: 'locked' | 'market';
}

/**
 * A market's rate is taken with so many digits, of which no feed has more. Each minute has another, and sums of what came in
 * many of them are exact: with fractions as they are crossed from pairs their denominators would grow with every minute.
 */
const MARKET_DIGITS = 18;

/**
 * Money that comes late counts at the rate that was promised as long as the market is near it, else at the market's of
 * its block's time, up or down alike: waiting for the price to move brings nobody anything.
 *
 * Where nobody knows what it was worth then, it counts at no rate: to take the promised one would invite paying late in
 * just those moments in which sources fail, and to take another would be a guess. It is the merchant's to accept.
 * @param locked what one unit was worth when the payment was made
 * @param then what it was worth at the time of the block that the money is in
 * @param maxMoveBps LATE_RATE_MAX_MOVE_BPS
 */
export function lateRate(
  locked: Rational,
  then: { value: Rational } | Refusal,
  maxMoveBps: number,
): LateRate | Refusal {
  if (isRefusal(then)) return then;
  if (then.value.numerator <= 0n) return refusal('not_positive', 'it was said to be worth nothing then');
  return isApart(locked, then.value, maxMoveBps)
    ? { value: roundedDown(then.value, MARKET_DIGITS), basis: 'market' }
    : { value: locked, basis: 'locked' };
}
