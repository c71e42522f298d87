import { expect, it } from '@jest/globals';
import { takesGzip } from './packed.js';

it.each([
  ['gzip', true],
  ['gzip, deflate, br, zstd', true],
  ['br;q=1.0, GZIP;q=0.8', true],
  ['deflate,gzip ; q=0.001', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000, br', false],
  ['identity', false],
  ['x-gzip-2', false],
  ['*', false],
  ['', false],
  [undefined, false],
])('knows by %p whether a browser takes gzip', (accepted, expected) => {
  expect(takesGzip(accepted)).toBe(expected);
});
