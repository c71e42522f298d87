import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CURRENCY_DIGITS } from './currency-table.js';
import { digitsOf, formatMoney, isPriceCurrency, parseMoney, valueOf } from './money.js';

describe('parseMoney', () => {
  it.each([
    ['49.90', 'EUR', 4990n],
    ['49.9', 'EUR', 4990n],
    ['49', 'EUR', 4900n],
    ['0.01', 'EUR', 1n],
    ['100', 'JPY', 100n],
    ['1.234', 'KWD', 1234n],
    ['0.0001', 'CLF', 1n],
    ['999999999999999999.99', 'USD', 99999999999999999999n],
  ])('takes %j in %s', (amount, currency, minorUnits) => {
    expect(parseMoney(amount, currency)).toEqual({ currency, minorUnits });
  });

  it.each([
    ['49.901', 'EUR', 'has 3 decimals, and EUR has 2: round it, as in "49.90"'],
    ['49.900', 'EUR', 'has 3 decimals, and EUR has 2: round it, as in "49.90"'],
    ['-1', 'EUR', 'must be above zero'],
    ['1e3', 'EUR', 'must be digits with at most one point, as in "49.90"'],
    ['1,5', 'EUR', 'must have a point, not a comma, before its decimals, as in "49.90"'],
    ['1,234.50', 'EUR', 'must have a point, not a comma, before its decimals, as in "49.90"'],
    ['', 'EUR', 'is empty; give a decimal string, as in "49.90"'],
    ['0', 'EUR', 'must be above zero'],
    ['0.00', 'EUR', 'must be above zero'],
    [0, 'EUR', 'must be a string, since numbers lose digits, as in "49.90"'],
    [49.9, 'EUR', 'must be a string, since numbers lose digits, as in "49.90"'],
    [null, 'EUR', 'must be a decimal string, as in "49.90"'],
    ['100.5', 'JPY', 'must be a whole number: JPY has no decimals'],
    ['.5', 'EUR', 'must be digits with at most one point, as in "49.90"'],
    ['5.', 'EUR', 'must be digits with at most one point, as in "49.90"'],
    [' 5', 'EUR', 'must be digits with at most one point, as in "49.90"'],
    ['+5', 'EUR', 'must be digits with at most one point, as in "49.90"'],
    ['٤٩', 'EUR', 'must be digits with at most one point, as in "49.90"'],
    ['007', 'EUR', 'must not begin with zeros, as in "49.90"'],
    ['1234567890123456789', 'EUR', 'has more than 18 digits before the point'],
    ['1.2345', 'KWD', 'has 4 decimals, and KWD has 3: round it, as in "49.900"'],
  ])('refuses %j in %s', (amount, currency, problem) => {
    expect(parseMoney(amount, currency)).toEqual({ field: 'amount', problem });
  });

  it.each([
    ['eur', 'must be in capitals: "EUR"'],
    ['EURO', '"EURO" is no currency code of ISO 4217, such as "EUR"'],
    ['XAU', '"XAU" has no minor unit in ISO 4217: no prices can be made in it'],
    ['constructor', '"constructor" is no currency code of ISO 4217, such as "EUR"'],
    ['BGN', '"BGN" was withdrawn from ISO 4217 on 2026-01-01: make the price in "EUR"'],
    ['ang', '"ANG" was withdrawn from ISO 4217 on 2025-03-31: make the price in "XCG"'],
    ['', 'must be a currency code of ISO 4217, such as "EUR"'],
    [978, 'must be a currency code of ISO 4217, such as "EUR"'],
  ])('refuses the currency %j', (currency, problem) => {
    expect(parseMoney('1', currency)).toEqual({ field: 'currency', problem });
  });

  it('reads what formatMoney writes, in every currency that has a minor unit', () => {
    const codes = Object.keys(CURRENCY_DIGITS).filter(isPriceCurrency);
    expect(codes).toHaveLength(165);
    fc.assert(
      fc.property(
        fc.constantFrom(...codes),
        fc.bigInt({ min: 1n, max: 10n ** 17n }),
        (currency, minorUnits) => {
          const money = { currency, minorUnits };
          expect(parseMoney(formatMoney(money), currency)).toEqual(money);
          expect(valueOf(money).numerator * 10n ** BigInt(digitsOf(currency) as number)).toBe(
            minorUnits * valueOf(money).denominator,
          );
        },
      ),
    );
  });
});
