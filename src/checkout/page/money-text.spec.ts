import { expect, it } from '@jest/globals';
import { moneyText } from './build-page-view.js';

it.each([
  ['20', 'EUR', '€20.00'],
  ['49.9', 'EUR', '€49.90'],
  ['100', 'JPY', '¥100'],
  ['1.5', 'BHD', 'BHD 1.500'],
  // Intl would write both without decimals.
  ['7.25', 'IQD', 'IQD 7.250'],
  ['7', 'HUF', 'HUF 7.00'],
  ['999999999999999999.99', 'USD', '$999,999,999,999,999,999.99'],
])('%s %s is written %s, with all the digits of its currency', (amount, currency, text) => {
  const written = moneyText({ amount, currency, chain: null }, 'en');
  expect(written.replace(/\s/g, ' ')).toBe(text);
});
