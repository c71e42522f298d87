import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { type Text, Texts } from '../../src/checkout/page/texts.js';

const FOLDER = join(import.meta.dirname, 'languages');
const CODES = readdirSync(FOLDER).map((name) => name.replace('.json', ''));
const read = (code: string) =>
  JSON.parse(readFileSync(join(FOLDER, `${code}.json`), 'utf8')) as Record<string, Text>;
const english = read('en');

const formsOf = (text: Text): string[] => (typeof text === 'string' ? [text] : Object.values(text));
const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

it('speaks at least twenty languages, right-to-left ones among them', () => {
  expect(CODES.length).toBeGreaterThanOrEqual(20);
  expect(CODES).toEqual(expect.arrayContaining(['ar', 'fa', 'he', 'ur']));
});

it.each(CODES)('%s has every text of the English one, in its order, none besides and none empty', (code) => {
  const texts = read(code);
  expect(Object.keys(texts)).toEqual(Object.keys(english));
  const empty = Object.entries(texts).filter(([, text]) => formsOf(text).some((form) => form.trim() === ''));
  expect(empty).toEqual([]);
});

it.each(CODES)('%s fills in what the English one does, in each form', (code) => {
  const wrong = Object.entries(read(code)).flatMap(([key, text]) => {
    const wanted = placeholders(formsOf(english[key] ?? '').join(' '));
    return formsOf(text)
      .filter((form) => placeholders(form).join() !== wanted.join())
      .map((form) => `${key}: ${form}`);
  });
  expect(wrong).toEqual([]);
});

it.each(CODES)('%s has each plural form that it counts with, where a text has any', (code) => {
  const { pluralCategories } = new Intl.PluralRules(code).resolvedOptions();
  for (const [key, text] of Object.entries(read(code))) {
    if (typeof text === 'string') continue;
    expect({ key, forms: Object.keys(text) }).toEqual({
      key,
      forms: expect.arrayContaining(pluralCategories),
    });
    expect(typeof english[key]).toBe('object');
  }
});

it.each(CODES)('%s is another language: hardly a text is as in English', (code) => {
  if (code === 'en') return;
  const same = Object.entries(read(code)).filter(([key, text]) => text === english[key]);
  expect(same.length).toBeLessThan(4);
});

it('counts in the forms and the digits of each language', () => {
  const polish = { n: { one: '{count} a', few: '{count} b', many: '{count} c', other: '{count} d' } };
  const said = [1, 3, 5, 1.5].map((count) => new Texts(polish, 'pl').say('n', { count }));
  expect(said).toEqual(['1 a', '3 b', '5 c', '1,5 d']);
});
