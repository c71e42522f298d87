import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { CURRENCY_DIGITS, WITHDRAWN_CURRENCIES } from '../../src/rates/currency-table.js';
import { isPriceCurrency, parseMoney } from '../../src/rates/money.js';
import { currencyTable, standardList, TABLE_FILE } from './standard.js';

it('the committed table of currencies is what the standard’s list says, as amended', async () => {
  expect(readFileSync(TABLE_FILE, 'utf8')).toBe(await currencyTable());
  const { codes } = standardList();
  expect(Object.keys(CURRENCY_DIGITS)).toHaveLength(178);
  expect(new Map(Object.entries(CURRENCY_DIGITS))).toEqual(new Map([...codes].sort()));
});

it('the list is that of today: XCG, XAD and ZWG are in it, BGN, ANG, CUC, HRK, SLL and ZWL are not', () => {
  expect(CURRENCY_DIGITS).toMatchObject({ XCG: 2, XAD: 2, ZWG: 2, VED: 2, SLE: 2, EUR: 2 });
  for (const gone of ['BGN', 'ANG', 'CUC', 'HRK', 'SLL', 'ZWL']) expect(isPriceCurrency(gone)).toBe(false);
  for (const { successor } of Object.values(WITHDRAWN_CURRENCIES))
    expect(isPriceCurrency(successor)).toBe(true);
});

it('each of the 179 codes of the list of 2024 is there with its digits, or was withdrawn since; XAD and XCG came', () => {
  const { brought } = standardList();
  expect(brought.size).toBe(179);
  const gone = [...brought.keys()].filter((code) => !(code in CURRENCY_DIGITS));
  expect(gone.sort()).toEqual(['ANG', 'BGN', 'CUC']);
  expect(Object.keys(CURRENCY_DIGITS).filter((code) => !brought.has(code))).toEqual(['XAD', 'XCG']);
  for (const [code, digits] of brought) {
    if (!gone.includes(code)) expect([code, CURRENCY_DIGITS[code as never]]).toEqual([code, digits]);
    const parsed = parseMoney('1', code);
    if (gone.includes(code)) expect(parsed).toMatchObject({ problem: expect.stringContaining('withdrawn') });
    else if (digits === null)
      expect(parsed).toMatchObject({ problem: expect.stringContaining('no minor unit') });
    else expect(parsed).toEqual({ currency: code, minorUnits: 10n ** BigInt(digits) });
  }
});

it('takes as many decimals of each currency as it has, and not one more', () => {
  for (const [code, digits] of Object.entries(CURRENCY_DIGITS)) {
    const least = digits === 0 ? '1' : `0.${'1'.padStart(digits ?? 0, '0')}`;
    const parsed = parseMoney(least, code);
    if (digits === null) {
      expect(parsed).toMatchObject({ field: 'currency' });
      continue;
    }
    expect(parsed).toEqual({ currency: code, minorUnits: 1n });
    expect(parseMoney(digits === 0 ? '1.0' : `${least}0`, code)).toMatchObject({ field: 'amount' });
  }
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
