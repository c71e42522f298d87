import { describe, expect, it } from '@jest/globals';
import { whyNotOneLine } from './is-one-line.js';

describe('a name that people read', () => {
  it.each(['Corner shop', ' 7', '店', '☕', '👩‍🍳', '—', 'שלום'])('may be "%s"', (name) =>
    expect(whyNotOneLine(name)).toBeNull(),
  );

  it.each([
    '',
    ' ',
    '\u00a0',
    '\u3000 ',
    '\u200b',
    '\u2060\ufeff',
    '\u3164',
    '\u2800\u2800',
    '\u0301',
    '\u202e',
  ])('is not blank: %j', (name) => expect(whyNotOneLine(name)).toMatch(/is blank/));

  it.each(['a\nb', 'a\tb', 'a\u2028b', '\ud800'])('is one line: %j', (name) =>
    expect(whyNotOneLine(name)).toMatch(/one line/),
  );
});
