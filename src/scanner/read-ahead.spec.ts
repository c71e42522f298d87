import { describe, expect, it } from '@jest/globals';
import { type Block } from '../chain/blocks/block.js';
import { ReadAhead } from './read-ahead.js';
import { GROUP, GROUPS_AT_ONCE } from './read-blocks.js';

/** A node that answers when it is told to. */
class Node {
  readonly asked: number[] = [];
  private readonly answers = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  readonly ahead = new ReadAhead((from, to) => {
    this.asked.push(from);
    return new Promise((resolve, reject) => {
      const blocks = Array.from({ length: to - from + 1 }, (_, index) => ({ number: from + index }) as Block);
      this.answers.set(from, { resolve: () => resolve(blocks), reject });
    });
  });

  async answer(...froms: number[]): Promise<void> {
    froms.forEach((from) => this.answers.get(from)?.resolve());
    await new Promise(setImmediate);
  }

  fail(from: number): void {
    this.answers.get(from)?.reject(new Error('no answer'));
  }

  async take(from: number, atMost = 100): Promise<number[]> {
    const blocks = await this.ahead.take(from, atMost);
    return blocks.map((block) => (block as Block).number);
  }
}

/** The first block of each group, counted from block 1. */
const group = (index: number) => 1 + index * GROUP;
const groups = (count: number) => Array.from({ length: count }, (_, index) => group(index));

describe('ReadAhead', () => {
  it('reads the blocks that are there, and no others', async () => {
    const node = new Node();
    node.ahead.read(7, 9);
    await node.answer(7);
    expect(await node.take(7)).toEqual([7, 8, 9]);
    expect(node.asked).toEqual([7]);
    node.ahead.read(10, 10);
    await node.answer(10);
    expect(await node.take(10)).toEqual([10]);
  });

  it('asks for so many groups at once, and for the next one as soon as one has come', async () => {
    const node = new Node();
    node.ahead.read(1, 10_000);
    expect(node.asked).toEqual(groups(GROUPS_AT_ONCE));
    await node.answer(group(2));
    expect(node.asked).toEqual(groups(GROUPS_AT_ONCE + 1));
  });

  it('reads no further than so far ahead of what was taken', async () => {
    const node = new Node();
    node.ahead.read(1, 10_000);
    for (let index = 0; index < 100; index++) await node.answer(group(index));
    const { length } = node.asked;
    expect(length).toBeLessThan(20);
    await node.take(1, GROUP);
    expect(node.asked).toHaveLength(length + 1);
  });

  it('gives the groups that have come in a row, and not more blocks than are wanted', async () => {
    const node = new Node();
    node.ahead.read(1, 10_000);
    await node.answer(group(0), group(1), group(3));
    expect((await node.take(1)).at(-1)).toBe(2 * GROUP);
    await node.answer(group(2));
    expect((await node.take(group(2), GROUP)).at(-1)).toBe(3 * GROUP);
  });

  it('forgets what it has when it is asked for something else', async () => {
    const node = new Node();
    node.ahead.read(1, 10_000);
    await node.answer(...groups(4));
    await node.take(1, GROUP);
    node.ahead.read(5, 5);
    await node.answer(5);
    expect(await node.take(5)).toEqual([5]);
  });

  it('tells of a failure when its turn comes, and reads those blocks anew', async () => {
    const node = new Node();
    node.ahead.read(1, 3 * GROUP);
    node.fail(group(1));
    await node.answer(group(0));
    expect(await node.take(1)).toHaveLength(GROUP);
    await expect(node.take(group(1))).rejects.toThrow('no answer');
    node.ahead.read(group(1), 3 * GROUP);
    await node.answer(group(1));
    expect((await node.take(group(1)))[0]).toBe(group(1));
  });
});
