import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchGasLimit, gasEachOf } from '../../outgoing/gas.js';
import { batchesOf } from './batches.js';

const BLOCK_GAS = 45_000_000n;
const part = fc.record({
  gas: fc.bigInt({ min: 30_000n, max: 2_000_000n }),
  authorizationGas: fc.constantFrom(0n, 25_000n, 214_050n),
});

describe('batches of sweeps', () => {
  it('hold as many as may share a transaction', () => {
    const parts = Array.from({ length: 45 }, () => ({ gas: 60_000n, authorizationGas: 25_000n }));
    expect(batchesOf(parts, 20, BLOCK_GAS).map(({ length }) => length)).toEqual([20, 20, 5]);
    expect(batchesOf([], 20, BLOCK_GAS)).toEqual([]);
  });

  it('keep a hungry token from making room for itself at all the others', () => {
    const usual = Array.from({ length: 30 }, () => ({ gas: 60_000n, authorizationGas: 25_000n }));
    const [first, second] = batchesOf(
      [{ gas: 3_000_000n, authorizationGas: 25_000n }, ...usual],
      30,
      BLOCK_GAS,
    );
    expect(first).toEqual(usual);
    expect(second).toEqual([{ gas: 3_000_000n, authorizationGas: 25_000n }]);
  });

  it('have each part once, no more than fit, and gas for all of them', () => {
    const sizes = fc.integer({ min: 1, max: 100 });
    const blocks = fc.bigInt({ min: 5_000_000n, max: 100_000_000n });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 120 }), sizes, blocks, (parts, size, blockGas) => {
        const batches = batchesOf(parts, size, blockGas);
        expect(batches.flat()).toHaveLength(parts.length);
        expect(new Set(batches.flat())).toEqual(new Set(parts));
        for (const batch of batches) {
          expect(batch.length).toBeLessThanOrEqual(size);
          const limit = batchGasLimit(batch);
          const fits = limit <= 16_000_000n && limit * 2n <= blockGas;
          expect(fits || batch.length === 1).toBe(true);
          // The last is called with what the others may have left, of which it gets 63 of 64 parts (EIP-150).
          const each = gasEachOf(batch);
          const authorizations = batch.reduce((sum, { authorizationGas }) => sum + authorizationGas, 0n);
          const left = limit - 21_000n - authorizations - BigInt(batch.length - 1) * each;
          expect((left * 63n) / 64n >= each).toBe(true);
        }
      }),
    );
  });
});
