import { expect, it } from '@jest/globals';
import { Fuzz } from '../fuzz/fuzz.js';

/** Of each method's answers. */
const CHANGES = 10;

it('no change of an answer, whichever the seed, makes a payment wrong, an error that nobody handles, or a standstill', async () => {
  const fuzz = await Fuzz.start();
  try {
    const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 1_000_000));
    const found = await fuzz.runAll(seed, CHANGES);
    expect(found).toEqual([]);
    expect(fuzz.reached).toBeGreaterThan(fuzz.reads.length);
  } finally {
    await fuzz.stop();
  }
});
