import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CatchUp, FEW_BLOCKS, progressBar } from './catch-up.js';

describe('catching up', () => {
  it('is not said of a few blocks, nor at the head', () => {
    expect(new CatchUp().at(10, 10, 0)).toBeNull();
    expect(new CatchUp().at(10, 10 + FEW_BLOCKS - 1, 0)).toBeNull();
    expect(new CatchUp().at(10, 8, 0)).toBeNull();
  });

  it('tells the way left, the speed and the time it takes', () => {
    const catchUp = new CatchUp();
    expect(catchUp.at(0, 1000, 0)).toEqual({
      blocksBehind: 1000,
      blocksPerSecond: null,
      etaSeconds: null,
      share: 0,
    });
    // The head goes on meanwhile.
    expect(catchUp.at(200, 1010, 2_000)).toEqual({
      blocksBehind: 810,
      blocksPerSecond: 100,
      etaSeconds: 9,
      share: 200 / 1010,
    });
  });

  it('goes on to the very head, and begins anew the next time', () => {
    const catchUp = new CatchUp();
    catchUp.at(0, 100, 0);
    expect(catchUp.at(99, 100, 1_000)?.blocksBehind).toBe(1);
    expect(catchUp.at(100, 100, 2_000)).toBeNull();
    expect(catchUp.at(100, 200, 9_000)?.blocksPerSecond).toBeNull();
  });

  it('survives a reorg that takes it back', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(500), fc.nat(500))), (steps) => {
        const catchUp = new CatchUp();
        return steps.every(([scanned, head], index) => {
          const progress = catchUp.at(scanned, head, index * 10);
          return progress === null || (progress.blocksBehind > 0 && progress.share <= 1);
        });
      }),
    );
  });

  it('is drawn as a bar', () => {
    const progress = { share: 1 / 3, blocksBehind: 1200, blocksPerSecond: 85.4, etaSeconds: 15 };
    expect(progressBar(progress)).toBe(
      '[########················] 33 %, 1200 blocks behind, 85 blocks/s, 15 s to go',
    );
  });
});
