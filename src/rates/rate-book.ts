import { type PairConfig, pairName } from '../config/rates.js';
import { type Price } from './agree.js';
import { isRefusal } from './judge.js';
import { invert, isApart, multiply, ONE, type Rational, toDecimal } from './rational.js';
import { refusal, type Refusal } from './refusal.js';

/** A pair that a rate is made of. */
export interface RateLeg {
  pair: string;
  price: Price;
  /** The pair was used the other way round. */
  isInverted: boolean;
}

/** What one of `base` is worth in `quote`, and who says so. */
export interface Rate {
  base: string;
  quote: string;
  value: Rational;
  /** Of the oldest price that it is made of; null where both are the same and nothing was asked. */
  at: Date | null;
  legs: RateLeg[];
}

export interface BookRules {
  pegs: Readonly<Record<string, string>>;
  pegMaxDeviationBps: number;
}

/** ETH/USD, USD/EUR and one beside them: what is further apart has no market of its own. */
const MOST_LEGS = 3;

interface Step {
  to: string;
  pair: PairConfig;
  isInverted: boolean;
}

/** Every pair's price at one moment, and what follows from them for any two symbols. */
export class RateBook {
  constructor(
    private readonly pairs: readonly PairConfig[],
    private readonly prices: ReadonlyMap<string, Price | Refusal>,
    private readonly rules: BookRules,
  ) {}

  /** Of a pair that is configured, with no peg in mind. */
  price(pair: PairConfig): Price | Refusal {
    return (
      this.prices.get(pairName(pair)) ??
      refusal('not_read_yet', `${pairName(pair)} has not been read yet; try again in a moment`)
    );
  }

  /**
   * What one of `base` is worth in `quote`: by their own pair where there is one, either way round; else by the fewest
   * others that lead from one to the other. A symbol with a peg is priced only while it keeps to it.
   */
  rate(base: string, quote: string): Rate | Refusal {
    const crossed = this.crossed(base, quote);
    if (isRefusal(crossed)) return crossed;
    const symbols = new Set([base, quote, ...crossed.legs.flatMap(({ pair }) => pair.split('/'))]);
    for (const symbol of symbols) {
      const off = this.offPeg(symbol);
      if (off !== null) return off;
    }
    return crossed;
  }

  /** Why a symbol is not to be priced now; null: it has no peg, or keeps to it. */
  private offPeg(symbol: string): Refusal | null {
    const peg = Object.hasOwn(this.rules.pegs, symbol) ? this.rules.pegs[symbol] : undefined;
    if (peg === undefined) return null;
    const rate = this.crossed(symbol, peg);
    if (isRefusal(rate))
      return refusal(rate.code, `whether ${symbol} keeps to its peg, ${peg}, is not known: ${rate.reason}`);
    const { pegMaxDeviationBps: bps } = this.rules;
    if (!isApart(rate.value, ONE, bps)) return null;
    return refusal(
      'off_peg',
      `${symbol} is worth ${toDecimal(rate.value, 6)} ${peg}, off its peg by more than ${bps} of 10000 (PEG_MAX_DEVIATION_BPS)`,
    );
  }

  private crossed(base: string, quote: string): Rate | Refusal {
    if (base === quote) return { base, quote, value: ONE, at: null, legs: [] };
    let first: Refusal | null = null;
    for (const way of this.shortestWays(base, quote)) {
      const rate = this.along(base, quote, way);
      if (!isRefusal(rate)) return rate;
      first ??= rate;
    }
    return (
      first ??
      refusal('no_pair', `no pair of rates.yaml leads from ${base} to ${quote}: add ${base}/${quote}`)
    );
  }

  private along(base: string, quote: string, way: readonly Step[]): Rate | Refusal {
    const legs: RateLeg[] = [];
    let value = ONE;
    for (const { pair, isInverted } of way) {
      const price = this.price(pair);
      if (isRefusal(price)) return price;
      legs.push({ pair: pairName(pair), price, isInverted });
      value = multiply(value, isInverted ? invert(price.chosen.value) : price.chosen.value);
    }
    const at = new Date(Math.min(...legs.map(({ price }) => price.chosen.at.getTime())));
    return { base, quote, value, at, legs };
  }

  /** All the ways of the fewest pairs, those listed first first. */
  private shortestWays(base: string, quote: string): Step[][] {
    for (let length = 1; length <= MOST_LEGS; length += 1) {
      const ways = this.waysOf(length, base, quote, new Set([base]));
      if (ways.length > 0) return ways;
    }
    return [];
  }

  private waysOf(length: number, from: string, to: string, seen: ReadonlySet<string>): Step[][] {
    const steps = this.stepsFrom(from).filter((step) => !seen.has(step.to));
    if (length === 1) return steps.filter((step) => step.to === to).map((step) => [step]);
    return steps
      .filter((step) => step.to !== to)
      .flatMap((step) =>
        this.waysOf(length - 1, step.to, to, new Set([...seen, step.to])).map((rest) => [step, ...rest]),
      );
  }

  private stepsFrom(symbol: string): Step[] {
    return this.pairs.flatMap((pair): Step[] => {
      if (pair.base === symbol) return [{ to: pair.quote, pair, isInverted: false }];
      return pair.quote === symbol ? [{ to: pair.base, pair, isInverted: true }] : [];
    });
  }
}
