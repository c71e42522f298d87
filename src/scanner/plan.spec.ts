import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BlockRef } from '../chain/blocks/block.js';
import { firstThat, linkedPrefix, planNext } from './plan.js';

const aBlock = (number: number, branch = 'a', parentBranch = branch): BlockRef => ({
  number,
  hash: `${branch}${number}`,
  parentHash: `${parentBranch}${number - 1}`,
  time: new Date(number * 1000),
});
const cursor = { number: 10, hash: 'a10' };

describe('planNext', () => {
  it('waits when the head is the block we have', () => {
    expect(planNext(cursor, aBlock(10), 5)).toEqual({ kind: 'wait' });
  });

  it('follows a head above ours, a batch at most', () => {
    expect(planNext(cursor, aBlock(12), 5)).toEqual({ kind: 'follow', from: 11, to: 12 });
    expect(planNext(cursor, aBlock(99), 5)).toEqual({ kind: 'follow', from: 11, to: 15 });
  });

  it('waits for a node that is behind us, on whichever branch it syncs', () => {
    expect(planNext(cursor, aBlock(8), 5)).toEqual({ kind: 'wait' });
    expect(planNext(cursor, aBlock(8, 'b'), 5)).toEqual({ kind: 'wait' });
    expect(planNext(cursor, aBlock(2, 'b'), 5)).toEqual({ kind: 'wait' });
  });

  it('sees a reorg in another block at our height', () => {
    expect(planNext(cursor, aBlock(10, 'b'), 5)).toEqual({ kind: 'reorg', from: 10 });
  });
});

describe('linkedPrefix', () => {
  it('keeps what links', () => {
    expect(linkedPrefix('a10', [aBlock(11), aBlock(12)])).toHaveLength(2);
  });

  it('stops at a block of another branch, which a reorg put in while we read', () => {
    expect(linkedPrefix('a10', [aBlock(11), aBlock(12, 'b')])).toEqual([aBlock(11)]);
  });

  it('stops at a block that the node does not have', () => {
    expect(linkedPrefix('a10', [null, aBlock(12)])).toEqual([]);
  });

  it('is empty when the first block does not link to ours', () => {
    expect(linkedPrefix('a10', [aBlock(11, 'b')])).toEqual([]);
  });
});

describe('firstThat', () => {
  it('finds the place, asking about no index twice and about few in all', async () => {
    const rows = fc
      .integer({ min: 0, max: 600 })
      .chain((count) => fc.tuple(fc.constant(count), fc.nat(count)));
    await fc.assert(
      fc.asyncProperty(rows, async ([count, place]) => {
        const asked: number[] = [];
        const holds = (index: number) => {
          asked.push(index);
          return Promise.resolve(index >= place);
        };
        expect(await firstThat(count, holds)).toBe(place);
        expect(new Set(asked).size).toBe(asked.length);
        expect(asked.every((index) => index >= 0 && index < count)).toBe(true);
        expect(asked.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(place + 2)));
      }),
    );
  });
});
