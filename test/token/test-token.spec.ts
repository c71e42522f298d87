import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { ARTIFACT, compileToken } from './compile-token.js';

it('the committed test token is what its source compiles to', () => {
  expect(JSON.parse(readFileSync(ARTIFACT, 'utf8'))).toEqual(compileToken());
});
