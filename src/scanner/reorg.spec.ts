import { describe, expect, it } from '@jest/globals';
import { type Chain } from '../chain/chain.js';
import { type CursorRepository } from '../chain/position/cursor.repository.js';
import { BranchReader, type OtherBranch, ReorgTooDeepError } from './reorg.js';

const HEAD = 2_000;
const LOWEST = 1_001;
const ours = (number: number) => `ours ${number}`;

/** Remembers a thousand blocks, of which the node has those up to one height. */
function following(sharedUpTo: number) {
  const readSizes: number[] = [];
  let changedFrom = Infinity;
  let absent = Infinity;
  const branchHash = (number: number) => {
    if (number <= sharedUpTo) return ours(number);
    return number >= changedFrom ? `others ${number}` : `theirs ${number}`;
  };
  const theirs = branchHash;
  const chain = {
    name: 'one',
    chainId: 1,
    reader: {
      header: (number: number) => Promise.resolve(number < absent ? { number, hash: theirs(number) } : null),
      isOnBranchOfAny: ({ number, hash }: { number: number; hash: string }) =>
        Promise.resolve(theirs(number) === hash),
    },
  } as unknown as Chain;
  const cursors = {
    knownBlocksFrom: (_chain: number, from: number, most = Infinity) => {
      const length = Math.min(most, from - LOWEST + 1);
      readSizes.push(length);
      return Promise.resolve(
        Array.from({ length }, (_, index) => ({ blockNumber: from - index, blockHash: ours(from - index) })),
      );
    },
  } as unknown as CursorRepository;
  const reads: [number, number][] = [];
  /** What is wrong with reading these blocks. */
  const spoils: ((from: number, to: number) => void)[] = [];
  const read = (from: number, to: number) => {
    reads.push([from, to]);
    spoils.forEach((spoil) => spoil(from, to));
    return Promise.resolve(
      Array.from({ length: to - from + 1 }, (_, index) => {
        const number = from + index;
        const hash = branchHash(number);
        return { number, hash, parentHash: branchHash(number - 1), transactions: ['0x1'] };
      }),
    );
  };
  const search = (blocks: unknown[]) => Promise.resolve({ blocks, late: [] });
  const reader = new BranchReader(chain, cursors, { read, search } as never);
  const fork = { from: HEAD, ours: { number: HEAD, hash: ours(HEAD) }, head: HEAD, batch: 100 };
  const step = () => reader.readOn(fork);
  const branch = async (): Promise<OtherBranch | null> => {
    for (;;) {
      const found = await step();
      if (found !== 'unfinished') return found;
    }
  };
  return {
    branch,
    step,
    readSizes,
    reads,
    spoils,
    changeFrom: (number: number) => (changedFrom = number),
    absentFrom: (number: number) => (absent = number),
  };
}

it('a short reorg, as most are, is followed without all blocks that are remembered being read', async () => {
  const { branch, readSizes } = following(HEAD - 3);
  await expect(branch()).resolves.toMatchObject({ ancestor: HEAD - 3 });
  expect(readSizes).toEqual([256]);
});

it.each([HEAD - 255, HEAD - 256, HEAD - 700, LOWEST])(
  'a deep one is followed down to block %d',
  async (shared) => {
    const { branch } = following(shared);
    const found = await branch();
    expect(found?.ancestor).toBe(shared);
    expect(found?.blocks).toHaveLength(HEAD - shared);
  },
);

it('one below all that are remembered halts the chain, and says how many those are', async () => {
  const { branch } = following(LOWEST - 1);
  await expect(branch()).rejects.toThrow(ReorgTooDeepError);
  await expect(following(LOWEST - 1).branch()).rejects.toThrow(
    'none of the 1000 remembered blocks down to 1001',
  );
});

describe('a deep branch', () => {
  it('is read in parts, each block once, whatever fails meanwhile, and nothing is kept that is not needed', async () => {
    const { branch, step, reads, spoils } = following(LOWEST);
    await expect(step()).resolves.toBe('unfinished');
    expect(reads.at(-1)).toEqual([LOWEST + 301, LOWEST + 400]);
    spoils.push((from) => {
      if (from > LOWEST + 600) throw new Error('no answer');
    });
    await expect(branch()).rejects.toThrow('no answer');
    await expect(branch()).rejects.toThrow('no answer');
    spoils.pop();
    const found = await branch();
    expect(found).toMatchObject({ ancestor: LOWEST });
    const numbers = found?.blocks.map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: HEAD - LOWEST }, (_, index) => LOWEST + 1 + index));
    expect(found?.blocks.every(({ transactions }) => transactions.length === 0)).toBe(true);
    const firsts = reads.map(([from]) => from);
    expect(firsts.filter((from) => from === LOWEST + 601)).toHaveLength(3);
    expect(new Set(firsts).size).toBe(firsts.length - 2);
  });

  it('that changes while it is read is read anew from where it parted', async () => {
    const { branch, step, reads, changeFrom } = following(LOWEST);
    await step();
    changeFrom(LOWEST + 350);
    const found = await branch();
    expect(found?.blocks.at(-1)?.hash).toBe(`others ${HEAD}`);
    expect(found?.blocks[0]).toMatchObject({ number: LOWEST + 1 });
    expect(reads.filter(([from]) => from === LOWEST + 1)).toHaveLength(2);
  });

  it('of which a node lacks a block for a moment is read on, and not anew', async () => {
    const { branch, step, reads, absentFrom } = following(LOWEST);
    await step();
    absentFrom(LOWEST + 300);
    await expect(step()).resolves.toBeNull();
    absentFrom(Infinity);
    await expect(branch()).resolves.toMatchObject({ ancestor: LOWEST });
    expect(reads.filter(([from]) => from === LOWEST + 1)).toHaveLength(1);
  });
});
