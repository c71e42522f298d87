import { expect, it } from '@jest/globals';
import {
  assertAnyOrder,
  assertNeverNegative,
  assertNothingLeft,
  assertSettled,
} from '../harness/lot-properties.js';

/** `LOT_RUNS=100000` makes as many. */
const runs = Number(process.env.LOT_RUNS ?? 10_000);
const LONG_MS = 600_000;

it.each([
  ['takes what it took, whatever comes later', assertSettled],
  ['leaves nothing when it is all that came', assertNothingLeft],
  ['takes the same in any order of the same moment', assertAnyOrder],
  ['is never more than came', assertNeverNegative],
])(
  `what goes back %s: ${runs} runs`,
  (_what, assertion) => {
    expect(() => assertion(runs)).not.toThrow();
  },
  LONG_MS,
);
