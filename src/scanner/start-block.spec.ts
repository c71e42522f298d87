import { describe, expect, it } from '@jest/globals';
import { type BlockRef } from '../chain/blocks/block.js';
import { FirstHead, HeadTooOldError } from './first-head.js';
import { ancestorsOf, StartBlockMissingError, startAfter } from './start-block.js';

const BLOCK_MS = 12_000;
const HEAD = 23_000_000;
const NOW = Date.UTC(2026, 10, 27);
const MINUTE_MS = 60_000;

const block = (number: number): BlockRef => ({
  number,
  hash: `${number}`,
  parentHash: `${number - 1}`,
  time: new Date(NOW - (HEAD - number) * BLOCK_MS),
});

/** Nodes that have nothing below `oldest`, and what they were asked for. */
function nodes(oldest = 0) {
  const asked: number[] = [];
  const header = (number: number) => {
    asked.push(number);
    return Promise.resolve(number < oldest || number > HEAD ? null : block(number));
  };
  return { asked, header, keptHeader: header };
}

const firstHead = () =>
  new FirstHead(
    () => 0,
    () => NOW,
  );
const minutesAgo = (minutes: number) => new Date(NOW - minutes * MINUTE_MS);

describe('a first scan', () => {
  function start(
    reader: ReturnType<typeof nodes>,
    firstPaymentAt: Date | null,
    configured: number | null = null,
  ) {
    const missing: number[] = [];
    const onMissing = ({ number }: BlockRef) => missing.push(number);
    const from = { configured, firstPaymentAt, firstHead: firstHead(), onMissing };
    return { missing, block: startAfter(reader, [block(HEAD)], from) };
  }

  it('begins at no height that one endpoint made up: another has nothing below it', async () => {
    const from = {
      configured: null,
      firstPaymentAt: null,
      firstHead: firstHead(),
      onMissing: () => undefined,
    };
    const made = { ...block(HEAD + 1_000_000), time: new Date(NOW) };
    const lowest = block(HEAD - 1);
    expect((await startAfter(nodes(), [made, block(HEAD), lowest], from)).number).toBe(HEAD - 1);
    await expect(startAfter(nodes(), [made], from)).rejects.toThrow(StartBlockMissingError);
    const unlinked = { ...block(HEAD), parentHash: 'another' };
    await expect(startAfter(nodes(), [unlinked], from)).rejects.toThrow(StartBlockMissingError);
  });

  it('begins before the first payment, and asks for no block that is much older', async () => {
    const reader = nodes(HEAD - 1_000);
    const { block: found, missing } = start(reader, minutesAgo(5));
    const { number } = await found;
    // Ten minutes before it, for clocks that differ.
    expect([number, missing]).toEqual([HEAD - 76, []]);
    expect(Math.min(...reader.asked)).toBeGreaterThanOrEqual(HEAD - 2 * 76);
    expect(reader.asked.length).toBeLessThan(20);
  });

  it('begins with the oldest block that the nodes have, and says so, where that is after the first payment', async () => {
    const { block: found, missing } = start(nodes(HEAD - 1_000), minutesAgo(600));
    expect((await found).number).toBe(HEAD - 1_000);
    expect(missing).toEqual([HEAD - 1_000]);
  });

  it('begins at the chain’s first block where that is younger than any payment, and at the head where there is none', async () => {
    const old = start(nodes(), new Date(0));
    expect((await old.block).number).toBe(0);
    expect(old.missing).toEqual([]);
    expect((await start(nodes(), null).block).number).toBe(HEAD);
  });

  it('begins at start_block or not at all', async () => {
    expect((await start(nodes(), null, 500).block).number).toBe(499);
    const pruned = start(nodes(HEAD - 10), null, 500).block;
    await expect(pruned).rejects.toThrow(/no endpoint has block 499: add one that keeps old blocks/);
    await expect(start(nodes(), null, HEAD + 9).block).rejects.toThrow(StartBlockMissingError);
  });

  it('remembers what is below its first block, as far as that links and the nodes have it', async () => {
    const numbers = async (oldest: number, from: BlockRef) =>
      (await ancestorsOf(nodes(oldest), from)).map(({ number }) => number);
    expect(await numbers(0, block(HEAD))).toEqual(
      Array.from({ length: 64 }, (_, index) => HEAD - 64 + index),
    );
    expect(await numbers(0, block(3))).toEqual([0, 1, 2]);
    expect(await numbers(HEAD - 2, block(HEAD))).toEqual([HEAD - 2, HEAD - 1]);
    expect(await numbers(0, { ...block(HEAD), parentHash: 'of another branch' })).toEqual([]);
  });
});

describe('the first head', () => {
  it('is that of the first endpoint whose head is new, whatever another that still syncs says', () => {
    expect(firstHead().among([block(0), block(HEAD - 1), block(HEAD)]).number).toBe(HEAD - 1);
  });

  it('is none while the only one there is still reads the past', () => {
    let nowMs = 0;
    const head = new FirstHead(
      () => nowMs,
      () => NOW,
    );
    for (let number = 1_000; number < 100_000; number += 1_000, nowMs += MINUTE_MS) {
      expect(() => head.among([block(number)])).toThrow(HeadTooOldError);
    }
  });

  it('is never the first block, which nodes name until they have synced', () => {
    let nowMs = 0;
    const head = new FirstHead(
      () => nowMs,
      () => NOW,
    );
    expect(() => head.among([block(0)])).toThrow(
      /any endpoint has is 0 of .* start_block in chains.yaml says/,
    );
    nowMs = 24 * 60 * MINUTE_MS;
    expect(() => head.among([block(0)])).toThrow(HeadTooOldError);
  });

  it('is an old one where all say so for two minutes, as of a chain that was halted or has a clock of its own', () => {
    let nowMs = 0;
    const head = new FirstHead(
      () => nowMs,
      () => NOW,
    );
    expect(() => head.among([block(100)])).toThrow(HeadTooOldError);
    nowMs = 2 * MINUTE_MS - 1;
    expect(() => head.among([block(110)])).toThrow(HeadTooOldError);
    nowMs += 1;
    expect(head.among([block(110), block(90)]).number).toBe(110);
  });
});
