import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RPC_METHODS } from '../../src/chain/rpc/methods.js';
import { Fuzz } from './fuzz.js';

/** Of each method's answers. Other changes every time: `test/long/fuzzed-answers.spec.ts`, `npm run fuzz:answers`. */
const CHANGES = 3;
/** Some seeds have faults that last long, and take many times as long as this one. */
const SEED = 555_555;

let fuzz: Fuzz;

beforeAll(async () => {
  fuzz = await Fuzz.start();
});
afterAll(() => fuzz.stop());

it('answers of every method that we call are changed', () => {
  expect(new Set(fuzz.reads.map(({ method }) => method))).toEqual(new Set(RPC_METHODS));
});

it('no change of an answer makes a payment wrong, an error that nobody handles, or a standstill', async () => {
  const found = await fuzz.runAll(Number(process.env.FUZZ_SEED ?? SEED), CHANGES);
  expect(found).toEqual([]);
  expect(fuzz.reached).toBeGreaterThan(fuzz.reads.length);
});
