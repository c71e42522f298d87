import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { compatibility, lackedBy } from '../lint/support.mjs';

const BUILT = join(import.meta.dirname, '../../dist/web/checkout');
const built = (name: RegExp) =>
  readFileSync(join(BUILT, readdirSync(BUILT).find((file) => name.test(file)) ?? ''), 'utf8');

/** Where they are not known, something looks plainer, and nothing is hidden or out of reach. */
const DECORATION = [
  ':focus-visible',
  ':has',
  '@media forced-colors',
  'accent-color',
  'color-scheme',
  'text-underline-offset',
  'text-wrap',
];

it('is styled by what the oldest browsers know, but for decoration', () => {
  const css = built(/^style-.+\.css$/);
  const names = (pattern: RegExp) => new Set([...css.matchAll(pattern)].map(([, name = '']) => name));
  const { properties, selectors } = compatibility.css;
  const { media, ...rules } = compatibility.css['at-rules'];
  const used = [
    ...[...names(/[{;]([a-z][a-z-]*):/g)].map((name) => [name, properties[name]] as const),
    ...[...names(/::?([a-z-]+)/g)]
      .filter((name) => selectors[name])
      .map((name) => [`:${name}`, selectors[name]] as const),
    ...[...names(/@([a-z-]+)/g)].map((name) => [`@${name}`, name === 'media' ? media : rules[name]] as const),
    ...[...names(/@media[^{]*\(([a-z-]+)/g)].map((name) => [`@media ${name}`, media?.[name]] as const),
  ];
  expect(used.length).toBeGreaterThan(50);
  expect(used.filter(([, feature]) => !feature).map(([name]) => name)).toEqual([]);
  const lacked = used.filter(([, feature]) => lackedBy(feature).length > 0).map(([name]) => name);
  expect(lacked.sort()).toEqual(DECORATION);
});

it('leaves room in flex boxes by margins: gap is known there only since Chrome 84 and Safari 14.1', () => {
  const blocks = [...built(/^style-.+\.css$/).matchAll(/\{([^{}]*[{;]?gap:[^{}]*)\}/g)].map(
    ([, block = '']) => block,
  );
  expect(blocks.length).toBeGreaterThan(0);
  expect(blocks.filter((block) => !/display:grid/.test(block))).toEqual([]);
});

it.each([/^pay-.+\.js$/, /^quittance\.js$/])('%s is in syntax that they read', (file) => {
  const script = built(file);
  expect(script).not.toMatch(/\?\?=|\|\|=|&&=|static\s*\{|[^\w]#[a-z]\w*\s*[=;(]/);
});
