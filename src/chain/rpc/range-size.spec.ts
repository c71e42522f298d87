import { describe, expect, it } from '@jest/globals';
import { RangeSize } from './range-size.js';

describe('RangeSize', () => {
  /** Asks for as many blocks as it says, until so many have been answered. */
  function askedOf(size: RangeSize, limit: number, times: number): number[] {
    return Array.from({ length: times }, () => {
      const { blocks } = size;
      if (blocks > limit) size.refused(blocks, { kind: 'too_many_results' });
      else size.answered(blocks);
      return blocks;
    });
  }

  it('doubles until it is refused, and goes on by one from half of that', () => {
    expect(askedOf(new RangeSize(50), 12, 12)).toEqual([1, 2, 4, 8, 16, 8, 9, 10, 11, 12, 13, 6]);
  });

  it('grows no further than it may', () => {
    expect(askedOf(new RangeSize(10), 1_000, 6)).toEqual([1, 2, 4, 8, 10, 10]);
  });

  it('asks for as many as a node names as its limit, and never for more again', () => {
    const size = new RangeSize(50);
    askedOf(size, 50, 5);
    expect(size.blocks).toBe(32);
    expect(size.refused(32, { kind: 'range_too_large', maxBlocks: 5 })).toBe(true);
    expect(askedOf(size, 5, 3)).toEqual([5, 5, 5]);
  });

  it('takes what a node proposes for these blocks, and not as a limit for others', () => {
    const size = new RangeSize(50);
    askedOf(size, 50, 5);
    size.refused(32, { kind: 'too_many_results', maxBlocks: 20 });
    expect(askedOf(size, 50, 2)).toEqual([20, 21]);
  });

  it('halves when a node names no limit, or one that it did not keep to', () => {
    const size = new RangeSize(50);
    askedOf(size, 50, 4);
    size.refused(16, { kind: 'range_too_large', maxBlocks: 16 });
    expect(size.blocks).toBe(8);
    size.refused(8, { kind: 'range_too_large' });
    expect(size.blocks).toBe(4);
  });

  it('learns nothing from fewer blocks than it may ask for, from other failures, nor from one block', () => {
    const size = new RangeSize(50);
    askedOf(size, 50, 3);
    size.answered(2);
    expect(size.blocks).toBe(8);
    expect(size.refused(8, { kind: 'rate_limited' })).toBe(false);
    expect(size.refused(1, { kind: 'too_many_results' })).toBe(false);
    expect(size.blocks).toBe(8);
  });

  it('narrows by words it does not know, and for the next time where a node is in trouble or left logs out', () => {
    const size = new RangeSize(50);
    askedOf(size, 50, 5);
    expect(size.refused(32, { kind: 'fatal' })).toBe(true);
    expect(size.blocks).toBe(16);
    expect(size.refused(16, { kind: 'too_large' })).toBe(true);
    expect(size.refused(8, { kind: 'unproven' })).toBe(false);
    expect(size.refused(8, { kind: 'transient' })).toBe(false);
    expect(size.blocks).toBe(4);
  });
});
