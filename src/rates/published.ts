import { type JsonSource, type PairConfig } from '../config/rates.js';
import {
  compare,
  divide,
  isApart,
  ONE,
  parseDecimal,
  type Rational,
  rational,
  toDecimal,
} from './rational.js';

type Pair = Pick<PairConfig, 'base' | 'quote'>;

/** A price as read from a site's answer; `at` where the site dates it. Or what is wrong with the answer. */
export type Published = { value: Rational; at: Date | null } | { wrong: string };

/** A number as JSON has it: `String` of one beyond 21 digits, or very small, has an exponent. */
const JSON_NUMBER = /^(-?\d+(?:\.\d+)?)e([+-]\d{1,2})$/;
const MOST_SHOWN = 60;
/** Where what is bid and what is asked are further apart, hardly anybody trades, and the middle is no price. */
const MOST_SPREAD_BPS = 500;

/**
 * Kraken's public ticker (https://docs.kraken.com/api/docs/rest-api/get-ticker-information): `error` is a list, empty
 * when all is well; `result` has one entry, under Kraken's own name of the pair; `a` and `b` are what is asked and bid now.
 * @param asked what it was asked for, such as ETHUSD
 */
export function readKraken(body: string, asked: string): Published {
  const document = parsed(body);
  const errors = at(document, ['error']);
  if (Array.isArray(errors) && errors.length > 0) return { wrong: `says "${shown(errors[0])}"` };
  const result = at(document, ['result']);
  const entries = Object.entries((typeof result === 'object' ? result : null) ?? {}) as [string, unknown][];
  const [first] = entries;
  if (first === undefined || entries.length > 1) return { wrong: 'has no price of one pair in it' };
  const [name, entry] = first;
  if (withoutPrefixes(name) !== withoutPrefixes(asked))
    return { wrong: `is of ${shown(name)}, not ${asked}` };
  const [ask, bid] = ['a', 'b'].map((side) => decimalIn(at(entry, [side, 0]))) as [
    Rational | null,
    Rational | null,
  ];
  if (ask === null || bid === null) return { wrong: 'has no price where a ticker has it' };
  if (compare(bid, ask) > 0) return { wrong: 'bids more than it asks' };
  if (bid.numerator <= 0n || isApart(bid, ask, MOST_SPREAD_BPS))
    return { wrong: `bids ${toDecimal(bid)} and asks ${toDecimal(ask)}, too far apart for a price` };
  return { value: middle(bid, ask), at: null };
}

/** Kraken calls ETHUSD XETHZUSD as well: some codes have an X or a Z before them, and two have names of their own. */
function withoutPrefixes(name: string): string {
  return name.replace('BTC', 'XBT').replace('DOGE', 'XDG').replace(/[XZ/]/g, '');
}

/** What a coin costs halfway between what is bid and what is asked. */
function middle(bid: Rational, ask: Rational): Rational {
  return rational(
    bid.numerator * ask.denominator + ask.numerator * bid.denominator,
    2n * bid.denominator * ask.denominator,
  );
}

/**
 * Coinbase's spot price (https://docs.cdp.coinbase.com/coinbase-app/track-apis/prices).
 * @param asked what it was asked for, such as ETH-EUR
 */
export function readCoinbase(body: string, asked: string): Published {
  const document = parsed(body);
  const value = decimalIn(at(document, ['data', 'amount']));
  if (value === null) {
    const message = at(document, ['errors', 0, 'message']);
    return { wrong: typeof message === 'string' ? `says "${shown(message)}"` : 'has no price in it' };
  }
  const [itsBase, itsQuote] = [at(document, ['data', 'base']), at(document, ['data', 'currency'])];
  const [base, quote] = asked.split('-');
  if ((itsBase !== undefined && itsBase !== base) || (itsQuote !== undefined && itsQuote !== quote))
    return { wrong: `is of ${shown(itsBase)}-${shown(itsQuote)}, not ${asked}` };
  return { value, at: null };
}

const ECB_DAY = /<Cube\s+time=(['"])(\d{4}-\d{2}-\d{2})\1/g;
const ECB_RATE = /<Cube\s+currency=(['"])([A-Z]{3})\1\s+rate=(['"])([\d.]+)\3/g;

/**
 * The ECB's euro reference rates of a day: of each currency, how many make a euro
 * (https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates).
 */
export function readEcb(body: string, { base, quote }: Pair): Published {
  const days = [...body.matchAll(ECB_DAY)].map(([, , day]) => day);
  const date = new Date(`${days[0] ?? ''}T00:00:00Z`);
  if (days.length !== 1 || Number.isNaN(date.getTime())) return { wrong: 'has no rates of one day in it' };
  const perEuro = new Map(
    [...body.matchAll(ECB_RATE)].map(([, , code = '', , rate = '']) => [code, parseDecimal(rate)]),
  );
  perEuro.set('EUR', ONE);
  const [of, to] = [perEuro.get(base), perEuro.get(quote)];
  if (!of || !to || of.numerator <= 0n || to.numerator <= 0n) {
    return { wrong: `has no rate of ${of ? quote : base}` };
  }
  return { value: divide(to, of), at: date };
}

/** A price somewhere in a document: a number, or a decimal in a string. */
export function readJson(body: string, path: JsonSource['path']): Published {
  const document = parsed(body);
  if (document === undefined) return { wrong: 'is no JSON' };
  const found = at(document, path);
  if (found === undefined) return { wrong: `has nothing at ${path.join('.')}` };
  const value = decimalIn(found);
  return value === null
    ? { wrong: `has ${shown(found)} at ${path.join('.')}, which is no number` }
    : { value, at: null };
}

/** Undefined: it is no JSON. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** What stands at a path; undefined: nothing does. */
function at(document: unknown, path: JsonSource['path']): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step];
  }
  return value;
}

/** Of a number its shortest text, which for up to 15 digits is the very one that was sent. */
function decimalIn(value: unknown): Rational | null {
  if (typeof value === 'string') return parseDecimal(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  const text = String(value);
  const [, digits, exponent] = JSON_NUMBER.exec(text) ?? [];
  if (digits === undefined || exponent === undefined) return parseDecimal(text);
  const mantissa = parseDecimal(digits);
  if (mantissa === null) return null;
  const power = 10n ** BigInt(Math.abs(Number(exponent)));
  return Number(exponent) < 0
    ? rational(mantissa.numerator, mantissa.denominator * power)
    : rational(mantissa.numerator * power, mantissa.denominator);
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
