import { afterEach, describe, expect, it } from '@jest/globals';
import { steadyTime } from '../../process/steady-time.js';
import { PoolComparison } from './pool-comparison.js';
import { type PoolMember } from './rpc-pool-member.js';
import { Standing } from './rpc-standing.js';

const BLOCK_TIME_MS = 12_000;
const MINUTE_MS = 60_000;

const { nowMs: untouched } = steadyTime;

afterEach(() => {
  steadyTime.nowMs = untouched;
});

interface Node {
  /** Its newest block, and how old that is. */
  head: () => { number: number; ageMs: number };
  /** Of another branch from here on. */
  forksAt?: number;
}

/** Endpoints named by their places, compared at any time. */
function comparison(...nodes: Node[]) {
  let nowMs = 1_000_000;
  steadyTime.nowMs = () => nowMs;
  const members = nodes.map(({ head, forksAt = Infinity }, place) => {
    const standing = new Standing(BLOCK_TIME_MS);
    const hashOf = (number: number) => (number >= forksAt ? `${number} of ${place}` : `${number}`);
    return {
      endpoint: { label: `${place}` },
      standing,
      levelAtMs: 0,
      isBelieved: () => true,
      hasStopped: (forMs: number) => standing.hasStopped(forMs, nowMs, Date.now()),
      head: () => {
        const { number, ageMs } = head();
        const timestamp = (Date.now() - ageMs) / 1000;
        standing.sawHead({ number, hash: hashOf(number), timestamp }, nowMs, Date.now());
        return Promise.resolve(standing.head);
      },
      hashAt: (number: number) => Promise.resolve(number > head().number ? null : hashOf(number)),
    } as unknown as PoolMember;
  });
  const pool = new PoolComparison(members, BLOCK_TIME_MS);
  return (laterMs: number) => {
    nowMs += laterMs;
    return pool.inspect();
  };
}

const going = (forksAt?: number): Node => ({ head: () => ({ number: 1_000, ageMs: 0 }), forksAt });
const stopped = (forksAt: number): Node => ({
  head: () => ({ number: 700, ageMs: 60 * MINUTE_MS }),
  forksAt,
});

describe('endpoints on different branches', () => {
  it('of which one stopped contradict each other for a minute, where two go on and agree', async () => {
    const inspect = comparison(going(), going(), stopped(695));
    await expect(inspect(0)).resolves.toMatchObject({ from: 695 });
    await expect(inspect(MINUTE_MS - 1)).resolves.toMatchObject({ from: 695 });
    await expect(inspect(1)).resolves.toBeNull();
  });

  it('contradict each other for as long as only one goes on, or those that go on differ', async () => {
    const alone = comparison(going(), stopped(695));
    await alone(0);
    await expect(alone(60 * MINUTE_MS)).resolves.toMatchObject({ from: 695 });
    const three = comparison(going(), going(950), stopped(695));
    await three(0);
    await expect(three(60 * MINUTE_MS)).resolves.toMatchObject({ from: 950 });
    const halted = comparison(stopped(700), stopped(800), stopped(690));
    await halted(0);
    await expect(halted(60 * MINUTE_MS)).resolves.toMatchObject({ from: 690 });
  });

  it('contradict each other where the old one goes on as well: it follows another branch', async () => {
    let number = 700;
    const moving: Node = { head: () => ({ number: number++, ageMs: 60 * MINUTE_MS }), forksAt: 695 };
    const inspect = comparison(going(), going(), moving);
    await inspect(0);
    await expect(inspect(60 * MINUTE_MS)).resolves.toMatchObject({ from: 695 });
  });
});

it('waits for the block of one that kept up, for as long as this process runs, and not while it stands still', async () => {
  const ran = { ms: 1_000_000 };
  const { nowMs: real } = steadyTime;
  const heads = [1_000, 1_000];
  const members = heads.map(
    (_head, place) =>
      ({
        endpoint: { label: `${place}` },
        get standing() {
          return { head: { number: heads[place] } };
        },
        levelAtMs: ran.ms,
        isBelieved: () => true,
        hasStopped: () => false,
        head: () => Promise.resolve({ number: heads[place] }),
        hashAt: (number: number) => Promise.resolve(`${number}`),
      }) as unknown as PoolMember,
  );
  const pool = new PoolComparison(members, BLOCK_TIME_MS, () => ran.ms);
  await pool.inspect();
  expect(pool.unshownFrom).toBeNull();
  heads[0] = 1_001;
  steadyTime.nowMs = () => real() + 60 * MINUTE_MS;
  ran.ms += MINUTE_MS - 1;
  await pool.inspect();
  expect(pool.unshownFrom).toBe(1_001);
  ran.ms += 1;
  await pool.inspect();
  expect(pool.unshownFrom).toBeNull();
});
