import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { CURRENCY_DIGITS } from '../../src/rates/currency-table.js';
import { currencyTable, standardList, TABLE_FILE } from './standard.js';

it('the committed table of currencies is what the standard’s list says', async () => {
  expect(readFileSync(TABLE_FILE, 'utf8')).toBe(await currencyTable());
  const { codes } = standardList();
  expect(Object.keys(CURRENCY_DIGITS)).toHaveLength(179);
  expect(new Map(Object.entries(CURRENCY_DIGITS))).toEqual(new Map([...codes].sort()));
});

it('the table differs from what Intl says, which is why there is one', () => {
  const byIntl = (code: string) =>
    new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions()
      .maximumFractionDigits;
  const others = Object.entries(CURRENCY_DIGITS).filter(
    ([code, digits]) => digits !== null && byIntl(code) !== digits,
  );
  expect(others.length).toBeGreaterThan(0);
});
