import { CURRENCY_DIGITS, WITHDRAWN_CURRENCIES } from './currency-table.js';
import { type Rational, rational } from './rational.js';

/** Money in a currency: exact, in minor units such as cents. */
export interface Money {
  currency: string;
  minorUnits: bigint;
}

/** What is wrong with an amount of money that was given, in one sentence. */
export interface MoneyProblem {
  field: 'amount' | 'currency';
  problem: string;
}

/** More than all the money there is, in any currency. */
const MOST_WHOLE_DIGITS = 18;

/** Whether it is a code of ISO 4217 with a minor unit, so that prices can be made in it. */
export function isPriceCurrency(code: string): boolean {
  return typeof digitsOf(code) === 'number';
}

/** Digits of the minor unit; null: the code has none, as gold; undefined: there is no such code. */
export function digitsOf(code: string): number | null | undefined {
  return Object.hasOwn(CURRENCY_DIGITS, code)
    ? CURRENCY_DIGITS[code as keyof typeof CURRENCY_DIGITS]
    : undefined;
}

/**
 * Reads a price as a merchant sends it.
 * @param amount a decimal string in major units, such as "49.90"
 * @param currency a code of ISO 4217, in capitals
 */
export function parseMoney(amount: unknown, currency: unknown): Money | MoneyProblem {
  const digits = typeof currency === 'string' ? digitsOf(currency) : undefined;
  if (typeof digits !== 'number') return { field: 'currency', problem: currencyProblem(currency, digits) };
  const code = currency as string;
  const problem = amountProblem(amount, code, digits);
  if (problem !== null) return { field: 'amount', problem };
  const [whole = '', fraction = ''] = (amount as string).split('.');
  return { currency: code, minorUnits: BigInt(whole + fraction.padEnd(digits, '0')) };
}

/** As "49.90": with all the digits of the currency. */
export function formatMoney({ currency, minorUnits }: Money): string {
  const digits = requireDigits(currency);
  const sign = minorUnits < 0n ? '-' : '';
  const text = (minorUnits < 0n ? -minorUnits : minorUnits).toString().padStart(digits + 1, '0');
  if (digits === 0) return sign + text;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** In major units. */
export function valueOf({ currency, minorUnits }: Money): Rational {
  return rational(minorUnits, 10n ** BigInt(requireDigits(currency)));
}

function requireDigits(currency: string): number {
  const digits = digitsOf(currency);
  if (typeof digits !== 'number') throw new RangeError(`${currency} is no currency with a minor unit`);
  return digits;
}

function currencyProblem(given: unknown, digits: null | undefined): string {
  if (typeof given !== 'string' || given === '') return 'must be a currency code of ISO 4217, such as "EUR"';
  if (digits === null) return `"${given}" has no minor unit in ISO 4217: no prices can be made in it`;
  const shown = given.slice(0, 20);
  const capitals = given.toUpperCase();
  const gone = withdrawn(capitals);
  if (gone !== undefined)
    return `"${capitals}" was withdrawn from ISO 4217 on ${gone.on}: make the price in "${gone.successor}"`;
  if (isPriceCurrency(capitals)) return `must be in capitals: "${capitals}"`;
  return `"${shown}" is no currency code of ISO 4217, such as "EUR"`;
}

function withdrawn(code: string): { on: string; successor: string } | undefined {
  return Object.hasOwn(WITHDRAWN_CURRENCIES, code)
    ? WITHDRAWN_CURRENCIES[code as keyof typeof WITHDRAWN_CURRENCIES]
    : undefined;
}

function amountProblem(given: unknown, currency: string, digits: number): string | null {
  const example = digits === 0 ? '49' : `49.${'90'.padEnd(digits, '0').slice(0, digits)}`;
  const like = `as in "${example}"`;
  if (typeof given === 'number') return `must be a string, since numbers lose digits, ${like}`;
  if (typeof given !== 'string') return `must be a decimal string, ${like}`;
  if (given === '') return `is empty; give a decimal string, ${like}`;
  if (given.startsWith('-')) return 'must be above zero';
  if (/^[\d.]*,[\d.,]*$/.test(given)) return `must have a point, not a comma, before its decimals, ${like}`;
  if (!/^\d+(\.\d+)?$/.test(given)) return `must be digits with at most one point, ${like}`;
  const [whole = '', fraction = ''] = given.split('.');
  if (whole.length > MOST_WHOLE_DIGITS) return `has more than ${MOST_WHOLE_DIGITS} digits before the point`;
  if (whole.length > 1 && whole.startsWith('0')) return `must not begin with zeros, ${like}`;
  if (fraction.length > digits) {
    return digits === 0
      ? `must be a whole number: ${currency} has no decimals`
      : `has ${fraction.length} decimals, and ${currency} has ${digits}: round it, ${like}`;
  }
  return /[1-9]/.test(given) ? null : 'must be above zero';
}
