import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Rpc } from '../rpc/rpc-endpoint.js';
import { FinalBlock, type FinalityTrouble } from './final-block.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let nowMs: number;
let head: number;
/** What each endpoint names, in the order given. */
let names: (number | null)[];
let told: [keyof FinalityTrouble, string | null][];

/** Endpoints `a`, `b`, … */
function finalBlock(patienceMs = HOUR_MS): {
  number: () => Promise<number | null>;
  trouble: () => FinalityTrouble;
} {
  const rpcOf = (place: number) =>
    ({
      call: () => Promise.resolve(names[place] === null ? null : { number: names[place] }),
    }) as unknown as Rpc;
  const pool = {
    get size() {
      return names.length;
    },
    call: (...asked: Parameters<Rpc['call']>) => rpcOf(0).call(...asked),
    fromEveryEndpoint: <T>(read: (rpc: Rpc, endpoint: string) => Promise<T>) =>
      Promise.all(names.map((_name, place) => read(rpcOf(place), 'abc'[place] as string))),
  };
  const final = new FinalBlock(pool as never, {
    patienceMs,
    headNumber: () => head,
    onTrouble: (...news) => told.push(news),
    now: () => nowMs,
  });
  return { number: () => final.number('finalized'), trouble: () => final.trouble };
}

beforeEach(() => {
  [nowMs, head, names, told] = [1_000, 10_000, [], []];
});

/** Steps of a scan, a minute apart, in which the chain goes on by so much. */
async function minutes(
  final: ReturnType<typeof finalBlock>,
  count: number,
  moved: number[],
): Promise<number | null> {
  let number: number | null = null;
  for (let minute = 0; minute < count; minute += 1) {
    nowMs += MINUTE_MS;
    head += 5;
    names = names.map((name, place) => (name === null ? null : name + (moved[place] ?? 0)));
    number = await final.number();
  }
  return number;
}

describe('what a chain calls final', () => {
  it.each([
    ['another', [600, 500], [5, 0], 'b'],
    ['the first', [500, 600], [0, 5], 'a'],
  ])(
    'goes on after an hour in which that of %s endpoint stood still, and that is told',
    async (_which, named, moved, still) => {
      names = named;
      const final = finalBlock();
      expect(await minutes(final, 60, moved)).toBe(500);
      expect(final.trouble().leftOut).toBeNull();
      expect(await minutes(final, 2, moved)).toBe(600 + 62 * 5);
      expect(told).toEqual([['leftOut', `${still} names block 500 as finalized`]]);
      // What was final stays so, until all are further.
      expect(await minutes(final, 2, [5, 5])).toBe(910);
      expect(told.at(-1)).toEqual(['leftOut', null]);
    },
  );

  it('waits for one that moves as seldom as it always did, as where blocks are proved on another chain', async () => {
    names = [600, 500];
    const final = finalBlock();
    for (const next of [610, 620]) {
      await minutes(final, 40, [5, 0]);
      names[1] = next;
      await minutes(final, 1, [5, 0]);
    }
    expect(await minutes(final, 79, [5, 0])).toBe(620);
    expect(await minutes(final, 3, [5, 0])).toBeGreaterThan(1_000);
  });

  it('waits no longer for one that was away for long once', async () => {
    names = [600, 500];
    const final = finalBlock();
    await minutes(final, 10, [5, 5]);
    await minutes(final, 300, [5, 0]);
    names[1] = names[0] as number;
    await minutes(final, 1, [5, 5]);
    const stopped = names[1];
    expect(await minutes(final, 59, [5, 0])).toBe(stopped);
    expect(await minutes(final, 3, [5, 0])).toBeGreaterThan(stopped);
  });

  it('leaves more that stand still out for fewer that go on no more: it may be the chain that calls nothing final', async () => {
    names = [500, 500, 600];
    const final = finalBlock();
    expect(await minutes(final, 90, [0, 0, 5])).toBe(500);
    expect(final.trouble().leftOut).toBeNull();
    expect(final.trouble().standsStill).not.toBeNull();
  });

  it('is never above the head, whatever one says while others are silent', async () => {
    names = [1e12];
    const final = finalBlock();
    expect(await final.number()).toBe(10_000);
  });

  it('does not wait for a node that calls the first block final for want of another', async () => {
    names = [5_000, 0];
    expect(await minutes(finalBlock(), 2, [5, 0])).toBe(5_010);
    names = [500, 0];
    expect(await minutes(finalBlock(), 2, [5, 0])).toBe(0);
  });

  it('takes the word of one endpoint alone after five minutes in which no other named one, and what all agreed on before', async () => {
    names = [500, 490];
    const final = finalBlock();
    expect(await final.number()).toBe(490);
    names = [10_000, null];
    expect(await minutes(final, 5, [5])).toBe(490);
    names[1] = 495;
    expect(await minutes(final, 1, [5])).toBe(495);
    names[1] = null;
    expect(await minutes(final, 5, [5])).toBe(495);
    expect(await minutes(final, 1, [5])).toBe(names[0]);
  });

  it('says that it waits where one alone named one from the first', async () => {
    names = [500, null];
    const final = finalBlock();
    expect(await final.number()).toBeNull();
    expect(final.trouble().unknownBecause).toMatch(/^one endpoint alone answers which block is finalized/);
    expect(await minutes(final, 5, [5])).toBe(525);
    expect(final.trouble().unknownBecause).toBeNull();
  });

  it('leaves nobody out where all stand still; that it stands still while the head goes on is told once', async () => {
    names = [600, 500];
    const final = finalBlock();
    expect(await minutes(final, 90, [])).toBe(500);
    expect(final.trouble()).toMatchObject({ leftOut: null, unknownBecause: null });
    expect(final.trouble().standsStill).toMatch(/^the finalized block is 500 since the head was 10005/);
    expect(await minutes(final, 1, [5, 5])).toBe(505);
    expect(told.map(([what, reason]) => [what, reason !== null])).toEqual([
      ['standsStill', true],
      ['standsStill', false],
    ]);
  });

  it('is no trouble where the head stands still as well', async () => {
    names = [500];
    const final = finalBlock();
    await final.number();
    nowMs += 10 * HOUR_MS;
    head += 100;
    await final.number();
    expect(told).toEqual([]);
  });

  it('is told of a single endpoint too, later where finality comes in hours', async () => {
    names = [500];
    const final = finalBlock(12 * HOUR_MS);
    await minutes(final, 600, []);
    expect(told).toEqual([]);
    await minutes(final, 130, []);
    expect(told).toHaveLength(1);
  });
});
