import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { storable, storableLines } from './storable.js';

/** Anything that is text to JavaScript: also half surrogates, NUL and whatever else UTF-16 has. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 700 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 700 })
    .map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom('\0', '\u001b[2J', '\u009b', '\ud800', '\udc00', '🪙', '\u202e', '\r\n', 'a'), {
      maxLength: 400,
    })
    .map((parts) => parts.join('')),
);
const HARM = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

describe('storable', () => {
  it('is harmless and short, whatever it is made of', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 300 }), (text, most) => {
        const made = storable(text, most);
        expect(made).not.toMatch(HARM);
        expect(made.isWellFormed()).toBe(true);
        expect(made.length).toBeLessThanOrEqual(most);
        expect(storable(made, most)).toBe(made);
      }),
    );
  });

  it('leaves as it is what is harmless', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (text) => {
        fc.pre(!HARM.test(text));
        expect(storable(text)).toBe(text);
      }),
    );
    expect(storable('größer 1/2 €, 🪙')).toBe('größer 1/2 €, 🪙');
  });

  it('says where it was cut, and leaves no half of a character', () => {
    expect(storable('x'.repeat(20_000))).toBe(`${'x'.repeat(499)}…`);
    expect(storable('ab🪙cd', 4)).toBe('ab\uFFFD…');
  });
});

describe('storableLines', () => {
  it('keeps lines, and nothing else that is not to be printed', () => {
    expect(storableLines('one\r\ntwo\n\u001b[2J', 100)).toBe('one\ntwo\n\uFFFD[2J');
    fc.assert(
      fc.property(anyText, (text) => {
        const made = storableLines(text, 200);
        expect(made.replaceAll('\n', '')).not.toMatch(HARM);
        expect(made.isWellFormed()).toBe(true);
        expect(made.length).toBeLessThanOrEqual(200);
      }),
    );
  });
});
