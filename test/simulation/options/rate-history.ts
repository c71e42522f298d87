import { type TestApp } from '../../harness/app.js';
import { areApart, type Fraction, fraction, over } from './fraction.js';
import { PEG_BPS, PEGGED } from './market.js';

/** What money was worth that came late is taken from the rates of so long before its block. */
const SETTLED_MS = 60_000;
/** What was recorded speaks for so long. */
const SPEAKS_MS = 20 * 60_000;

interface Row {
  pair: string;
  atMs: number;
  /** Null: there was no rate. */
  value: Fraction | null;
}

/** The rates of all minutes, as they were recorded. */
export class RateHistory {
  private constructor(private readonly rows: readonly Row[]) {}

  static async read({ database }: TestApp): Promise<RateHistory> {
    const rows = await database.dataSource.query<
      { pair: string; at: Date; numerator: string | null; denominator: string | null }[]
    >('SELECT pair, at, numerator, denominator FROM recorded_rates ORDER BY at');
    return new RateHistory(
      rows.map(({ pair, at, numerator, denominator }) => ({
        pair,
        atMs: at.getTime(),
        value: numerator === null || denominator === null ? null : fraction(numerator, denominator),
      })),
    );
  }

  get all(): readonly Row[] {
    return this.rows;
  }

  /** What one of a symbol was worth in another when a block was mined; null: nobody knows. @param blockTime seconds */
  worth(symbol: string, currency: string, blockTime: number): Fraction | null {
    if (symbol === currency) return fraction(1n);
    const [one, other] = [this.inUsd(symbol, blockTime), this.inUsd(currency, blockTime)];
    return one === null || other === null ? null : over(one, other);
  }

  private inUsd(symbol: string, blockTime: number): Fraction | null {
    if (symbol === 'USD') return fraction(1n);
    const atMs = blockTime * 1_000 - SETTLED_MS;
    const last = this.rows
      .filter((row) => row.pair === `${symbol}/USD` && row.atMs <= atMs && row.atMs > atMs - SPEAKS_MS)
      .at(-1);
    const value = last?.value ?? null;
    const isOff = value !== null && PEGGED.includes(symbol) && areApart(value, fraction(1n), PEG_BPS);
    return isOff ? null : value;
  }
}
