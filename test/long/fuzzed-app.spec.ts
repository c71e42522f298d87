import { expect, it } from '@jest/globals';
import { AppFuzz, TARGETS } from '../fuzz/app-fuzz.js';
import { type Found } from '../fuzz/fuzz.js';
import { SWEEP_TARGETS, SweepFuzz } from '../fuzz/sweep-fuzz.js';
import { Tally } from '../fuzz/tally.js';

/**
 * So long at most, and one window of each method at least. `FUZZ_COUNT` changed answers of each method are enough;
 * `FUZZ_MINUTES`, `FUZZ_SEED` and `FUZZ_METHOD` say what else is meant by `npm run fuzz:app`.
 */
const longestMs = Number(process.env.FUZZ_MINUTES ?? 0.75) * 60_000;
const most = Number(process.env.FUZZ_COUNT ?? Infinity);
const firstSeed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 1_000_000));
const isMeant = ({ method }: { method: string }) => (process.env.FUZZ_METHOD ?? method) === method;

/** Plays windows of each target in turn, until each has had enough or the time is over. */
async function play<T extends { method: string }>(
  targets: readonly T[],
  run: (target: T, seed: number, tally: Tally) => Promise<Found | null>,
  forMs = longestMs,
): Promise<{ found: Found[]; tallies: Tally[] }> {
  const began = performance.now();
  const tallies = targets.map(({ method }) => new Tally(method));
  const found: Found[] = [];
  for (let seed = firstSeed, round = 0; ; round++) {
    const open = targets.flatMap((target, index) => {
      const tally = tallies[index] as Tally;
      return tally.count < most ? [{ target, tally }] : [];
    });
    if (open.length === 0) break;
    for (const { target, tally } of open) {
      if (round > 0 && performance.now() - began > forMs) return { found, tallies };
      const wrong = await run(target, seed++, tally);
      if (wrong === null) continue;
      found.push(wrong);
      process.stderr.write(`${JSON.stringify(wrong)}\n`);
    }
  }
  return { found, tallies };
}

function tell(kind: string, tallies: readonly Tally[]): void {
  const lines = tallies.map((tally) => `  ${String(tally)}`);
  process.stderr.write(`${kind}, from seed ${firstSeed}\n${lines.join('\n')}\n`);
}

function changedIn(tallies: readonly Tally[]): number {
  return tallies.reduce((sum, { count }) => sum + count, 0);
}

const scanTargets = TARGETS.filter(isMeant);
const allSweepTargets = SWEEP_TARGETS.filter(isMeant);
/** Sweeping takes its time: without being told how long, two methods are played, chosen by the seed. */
const sweepTargets =
  process.env.FUZZ_MINUTES === undefined
    ? allSweepTargets.filter(
        (_target, index) => (index - firstSeed) % Math.max(1, allSweepTargets.length >> 1) === 0,
      )
    : allSweepTargets;
const sweepMs = process.env.FUZZ_MINUTES === undefined ? 0 : longestMs;
const isPart = (part: string) => (process.env.FUZZ_PART ?? part) === part;

(scanTargets.length > 0 && isPart('scan') ? it : it.skip)(
  'a started app keeps payments right and on time, whatever a node answers to any of its methods',
  async () => {
    const fuzz = await AppFuzz.start();
    try {
      const { found, tallies } = await play(scanTargets, (...window) => fuzz.run(...window));
      tell('payments', tallies);
      expect(found).toEqual([]);
      expect(changedIn(tallies)).toBeGreaterThan(scanTargets.length);
    } finally {
      await fuzz.stop();
    }
  },
  longestMs + 300_000,
);

(sweepTargets.length > 0 && isPart('sweep') ? it : it.skip)(
  'a started app sweeps what it was paid once and wholly, whatever a node answers to any of its methods',
  async () => {
    const worlds = new Map<boolean, SweepFuzz>();
    const worldOf = async (isAlone: boolean) => {
      const world = worlds.get(isAlone) ?? (await SweepFuzz.start(isAlone));
      worlds.set(isAlone, world);
      return world;
    };
    // Each method meets both, one after the other, where there is time.
    const isAloneIn = (seed: number) =>
      Math.floor((seed - firstSeed) / sweepTargets.length + firstSeed) % 2 === 0;
    try {
      const { found, tallies } = await play(
        sweepTargets,
        async (target, seed, tally) => (await worldOf(isAloneIn(seed))).run(target, seed, tally),
        sweepMs,
      );
      tell('sweeps', tallies);
      expect(found).toEqual([]);
      if (sweepMs > 0) expect(changedIn(tallies)).toBeGreaterThan(sweepTargets.length);
    } finally {
      for (const world of worlds.values()) await world.stop();
    }
  },
  longestMs + 300_000,
);
