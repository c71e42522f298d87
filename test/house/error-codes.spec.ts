import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { ALL_CODES } from '../../src/http/problem-codes.js';

/** Whatever a problem document may have for a code: the classes of errors, and the two places that make them of statuses. */
const SOURCES = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => /(?<!\.spec)\.ts$/.test(file) && !file.endsWith('problem-codes.ts'))
  .map((file) => readFileSync(join('src', file), 'utf8'));
/** As in `readonly code = 'not_found'`, `readonly code: ErrorCode = '…'` or `code: 'internal_error'`. */
const OF_A_CLASS = /\breadonly code(?:: ErrorCode)? = '([a-z_]+)'/g;
const DOCUMENTED = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `([a-z_]+)`/gm)].map(
  ([, code]) => code as string,
);

it('every code that is thrown is in docs/errors.md', () => {
  const thrown = new Set(
    SOURCES.flatMap((text) => [...text.matchAll(OF_A_CLASS)].map(([, code]) => code as string)),
  );
  expect(thrown.size).toBeGreaterThan(40);
  expect([...thrown].filter((code) => !DOCUMENTED.includes(code))).toEqual([]);
});

it('every code of docs/errors.md is thrown somewhere', () => {
  const isSaid = (code: string) => SOURCES.some((text) => text.includes(`'${code}'`));
  expect(DOCUMENTED.filter((code) => !isSaid(code))).toEqual([]);
  expect([...DOCUMENTED].sort()).toEqual([...ALL_CODES].sort());
});
