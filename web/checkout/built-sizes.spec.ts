import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from '@jest/globals';

const BUILT = join(import.meta.dirname, '../../dist/web/checkout');

it.each([
  ['the page’s module', /^pay-.+\.js$/, 15_000],
  ['its styles', /^style-.+\.css$/, 8_000],
  ['quittance.js', /^quittance\.js$/, 3_000],
])('%s stays small, and asks no stranger for anything', (_, name, limitBytes) => {
  const files = readdirSync(BUILT).filter((file) => name.test(file));
  expect(files).toHaveLength(1);
  const source = readFileSync(join(BUILT, files[0] ?? ''));
  expect(gzipSync(source).length).toBeLessThan(limitBytes);
  expect(source.toString()).not.toMatch(
    /\beval\(|new Function|innerHTML|document\.write|@import|url\(\s*["']?http/,
  );
});
