import { expect, it } from '@jest/globals';
import { AppFuzz, TARGETS } from '../fuzz/app-fuzz.js';
import { type Found } from '../fuzz/fuzz.js';

/** So long at most, and one window of each method at least: `FUZZ_MINUTES`, `FUZZ_SEED`, `FUZZ_METHOD` say otherwise. */
const longestMs = Number(process.env.FUZZ_MINUTES ?? 0.75) * 60_000;
const firstSeed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 1_000_000));
const targets = TARGETS.filter(({ method }) => (process.env.FUZZ_METHOD ?? method) === method);

it(
  'a started app keeps payments right and on time, whatever a node answers to any of its methods',
  async () => {
    const fuzz = await AppFuzz.start();
    const found: Found[] = [];
    const began = performance.now();
    let windows = 0;
    try {
      for (let seed = firstSeed; windows < targets.length || performance.now() - began < longestMs; seed++) {
        const target = targets[windows % targets.length] as (typeof targets)[number];
        const wrong = await fuzz.run(target, seed);
        windows++;
        if (wrong === null) continue;
        found.push(wrong);
        console.log(JSON.stringify(wrong));
      }
    } finally {
      await fuzz.stop();
    }
    console.log(`${windows} windows from seed ${firstSeed}, ${fuzz.reached} answers changed`);
    expect(found).toEqual([]);
    expect(fuzz.reached).toBeGreaterThan(targets.length);
  },
  longestMs + 300_000,
);
