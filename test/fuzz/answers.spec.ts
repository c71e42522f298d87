import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RPC_METHODS } from '../../src/chain/rpc/methods.js';
import { Fuzz } from './fuzz.js';

/** Of each method's answers; `npm run fuzz:answers` makes as many as one likes. */
const CHANGES = 3;

let fuzz: Fuzz;

beforeAll(async () => {
  fuzz = await Fuzz.start();
});
afterAll(() => fuzz.stop());

it('answers of every method that we call are changed', () => {
  expect(new Set(fuzz.reads.map(({ method }) => method))).toEqual(new Set(RPC_METHODS));
});

it('no change of an answer makes a payment wrong, an error that nobody handles, or a standstill', async () => {
  const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 1_000_000));
  const found: unknown[] = [];
  for (const read of fuzz.reads) {
    for (let change = 0; change < CHANGES; change++) {
      const wrong = await fuzz.run(read, seed + change);
      if (wrong !== null) found.push(wrong);
    }
  }
  expect(found).toEqual([]);
  expect(fuzz.reached).toBeGreaterThan(fuzz.reads.length);
});
