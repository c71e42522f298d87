import { expect, it } from '@jest/globals';
import { type Chain } from '../chain/chain.js';
import { type CursorRepository } from '../chain/position/cursor.repository.js';
import { otherBranch, ReorgTooDeepError } from './reorg.js';

const HEAD = 2_000;
const LOWEST = 1_001;
const ours = (number: number) => `ours ${number}`;

/** Remembers a thousand blocks, of which the node has those up to one height. */
function following(sharedUpTo: number) {
  const readSizes: number[] = [];
  const theirs = (number: number) => (number <= sharedUpTo ? ours(number) : `theirs ${number}`);
  const chain = {
    name: 'one',
    chainId: 1,
    reader: {
      header: (number: number) => Promise.resolve({ number, hash: theirs(number) }),
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
  const read = (from: number, to: number) =>
    Promise.resolve(
      Array.from({ length: to - from + 1 }, (_, index) => {
        const number = from + index;
        return { number, hash: theirs(number), parentHash: theirs(number - 1) };
      }),
    );
  const branch = () =>
    otherBranch(chain, cursors, { from: HEAD, ours: HEAD, head: HEAD, batch: 100 }, read as never);
  return { branch, readSizes };
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
