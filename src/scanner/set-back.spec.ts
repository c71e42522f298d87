import { describe, expect, it } from '@jest/globals';
import { type BlockRef } from '../chain/blocks/block.js';
import { type Chain } from '../chain/chain.js';
import { type CursorRepository } from '../chain/position/cursor.repository.js';
import { SetBack } from './set-back.js';

const CURSOR = 100;
const at = (number: number) => new Date(number * 1_000);
const head = (number: number, hash = `ours ${number}`, time = at(number)): BlockRef => ({
  number,
  hash,
  parentHash: '',
  time,
});

/** Remembers blocks 50 to 100, of one second each. */
function scanned({ besides = [] as number[], isOnOurs = false, agreed = null as BlockRef | null } = {}) {
  const numbers = [...besides, ...Array.from({ length: 51 }, (_, index) => 50 + index)];
  const row = (number: number | undefined) =>
    number === undefined
      ? undefined
      : { blockNumber: number, blockHash: `ours ${number}`, blockTime: at(number) };
  const cursors = {
    knownBlocksFrom: (_chain: number, from: number) =>
      Promise.resolve([row(numbers.findLast((number) => number <= from))].filter(Boolean)),
    lowestAbove: (_chain: number, above: number) =>
      Promise.resolve(row(numbers.find((number) => number > above)) ?? null),
    count: () => Promise.resolve(numbers.length),
  } as unknown as CursorRepository;
  const reader = {
    isOnBranchOfAny: () => Promise.resolve(isOnOurs),
    agreedHeader: () => Promise.resolve(agreed),
  };
  let nowMs = 0;
  const setBack = new SetBack({ chainId: 1, reader } as unknown as Chain, cursors, () => nowMs);
  return {
    setBack,
    look: async (one: BlockRef) => (await setBack.look(one)).kind,
    pass: (ms: number) => (nowMs += ms),
  };
}

describe('a head below the last scanned block', () => {
  it('is a node that lags while it is of our branch, however long', async () => {
    const { look, pass } = scanned();
    await expect(look(head(CURSOR - 3))).resolves.toBe('behind');
    pass(3_600_000);
    await expect(look(head(CURSOR - 3))).resolves.toBe('behind');
  });

  it('is one that lags where an endpoint has our block there', async () => {
    const { look, pass } = scanned({ isOnOurs: true });
    await expect(look(head(90, 'theirs'))).resolves.toBe('behind');
    pass(60_000);
    await expect(look(head(90, 'theirs'))).resolves.toBe('behind');
  });

  it('is a chain that was set back once it has been of another branch for a minute without a break', async () => {
    const { look, pass, setBack } = scanned();
    await expect(look(head(90, 'theirs'))).resolves.toBe('other branch');
    pass(59_999);
    await expect(look(head(91, 'theirs'))).resolves.toBe('other branch');
    setBack.isOver();
    pass(1);
    await expect(look(head(91, 'theirs'))).resolves.toBe('other branch');
    pass(60_000);
    await expect(look(head(91, 'theirs'))).resolves.toBe('set back');
  });

  it('below all that are remembered is of our branch, as far as can be told, while it is no later than ours', async () => {
    const { look, pass } = scanned({ agreed: head(10, 'theirs', at(50)) });
    await expect(look(head(10, 'theirs', at(50)))).resolves.toBe('behind');
    pass(60_000);
    await expect(look(head(10, 'theirs', at(50)))).resolves.toBe('behind');
  });

  it.each([
    ['endpoints agree on it', head(10, 'theirs', at(51)), 'set back below all'],
    ['they do not', null, 'behind'],
  ] as const)('and later than ours is another branch where %s', async (_what, agreed, kind) => {
    const { look, pass } = scanned({ agreed });
    await look(head(10, 'theirs', at(51)));
    pass(60_000);
    await expect(look(head(10, 'theirs', at(51)))).resolves.toBe(kind);
  });

  it('above a block that an operator accepted is followed from there', async () => {
    const { look, pass } = scanned({ besides: [5], agreed: head(10, 'theirs', at(51)) });
    await expect(look(head(10, 'theirs', at(51)))).resolves.toBe('other branch');
    pass(60_000);
    await expect(look(head(10, 'theirs', at(51)))).resolves.toBe('set back');
  });
});
