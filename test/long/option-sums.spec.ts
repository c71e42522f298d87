import { expect, it } from '@jest/globals';
import {
  assertCoveredAsFractionsSay,
  assertExactSum,
  assertOneOptionAsNone,
  assertSameEnd,
  assertSums,
  assertWaitsForEveryChain,
} from '../harness/option-properties.js';

it.each([
  ['ends the same by any order, portions and repetition of what came', assertSameEnd],
  ['takes the transfers of a block for their sum', assertSums],
  ['is paid by the exact sum, and not a base unit short of it', assertExactSum],
  ['is covered as ordinary fractions say', assertCoveredAsFractionsSay],
  ['moves as one without, where there is one', assertOneOptionAsNone],
  ['does not expire before each of its chains has come past its end', assertWaitsForEveryChain],
])('a payment with several options %s: ten thousand runs', (_what, assertion) => {
  expect(() => assertion(10_000)).not.toThrow();
});
