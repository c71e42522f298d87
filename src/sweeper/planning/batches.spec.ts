import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchGasLimit, gasEachOf } from '../../outgoing/gas.js';
import { batchesOf } from './batches.js';

const BLOCK_GAS = 45_000_000n;
const GWEI = 10n ** 9n;
const part = fc.record({
  gas: fc.bigInt({ min: 30_000n, max: 2_000_000n }),
  authorizationGas: fc.constantFrom(0n, 25_000n, 214_050n),
});

describe('batches of sweeps', () => {
  it('hold as many as may share a transaction', () => {
    const parts = Array.from({ length: 45 }, () => ({ gas: 60_000n, authorizationGas: 25_000n }));
    expect(batchesOf(parts, 20, BLOCK_GAS, GWEI).batches.map(({ length }) => length)).toEqual([20, 20, 5]);
    expect(batchesOf([], 20, BLOCK_GAS, GWEI).batches).toEqual([]);
  });

  it('keep a hungry token from making room for itself at all the others', () => {
    const usual = Array.from({ length: 30 }, () => ({ gas: 60_000n, authorizationGas: 25_000n }));
    const [first, second] = batchesOf(
      [{ gas: 3_000_000n, authorizationGas: 25_000n }, ...usual],
      30,
      BLOCK_GAS,
      GWEI,
    ).batches;
    expect(first).toEqual(usual);
    expect(second).toEqual([{ gas: 3_000_000n, authorizationGas: 25_000n }]);
  });

  it.each([
    ['a block', 16_500_000n, 30_000_000n],
    ['half of one', 8_000_000n, 15_000_000n],
    ['one transaction (EIP-7825)', 15_900_000n, 300_000_000n],
  ])('leave out what alone would take more than %s takes', (_what, gas, blockGas) => {
    const hungry = { gas, authorizationGas: 0n };
    const usual = { gas: 60_000n, authorizationGas: 25_000n };
    const { batches, tooLarge } = batchesOf([hungry, usual], 20, blockGas, GWEI);
    expect({ batches, tooLarge }).toEqual({ batches: [[usual]], tooLarge: [hungry] });
  });

  it('are smaller while gas is dear, since nodes take nothing that may cost more than 1 ether', () => {
    const parts = Array.from({ length: 60 }, () => ({ gas: 60_000n, authorizationGas: 25_000n }));
    const sizes = (gwei: bigint) =>
      batchesOf(parts, 60, BLOCK_GAS, gwei * GWEI).batches.map(({ length }) => length);
    expect(sizes(50n)).toEqual([60]);
    expect(sizes(200n)).toEqual([23, 23, 14]);
    // One that alone may cost more goes all the same: nodes may have a higher cap.
    expect(sizes(6_000n)).toEqual(Array(60).fill(1));
  });

  it('have each part once, no more than fit, and gas for all of them', () => {
    const sizes = fc.integer({ min: 1, max: 100 });
    const prices = fc.bigInt({ min: 0n, max: 5_000n * GWEI });
    const blocks = fc.bigInt({ min: 5_000_000n, max: 100_000_000n });
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 120 }),
        sizes,
        blocks,
        prices,
        (parts, size, blockGas, price) => {
          const { batches, tooLarge } = batchesOf(parts, size, blockGas, price);
          const all = [...batches.flat(), ...tooLarge];
          expect(all).toHaveLength(parts.length);
          expect(new Set(all)).toEqual(new Set(parts));
          for (const batch of batches) {
            expect(batch.length).toBeLessThanOrEqual(size);
            const limit = batchGasLimit(batch);
            expect(limit <= 16_000_000n && limit * 2n <= blockGas).toBe(true);
            expect(batch.length === 1 || limit * price * 2n <= 10n ** 18n).toBe(true);
            // The last is called with what the others may have left, of which it gets 63 of 64 parts (EIP-150).
            const each = gasEachOf(batch);
            const authorizations = batch.reduce((sum, { authorizationGas }) => sum + authorizationGas, 0n);
            const left = limit - 21_000n - authorizations - BigInt(batch.length - 1) * each;
            expect((left * 63n) / 64n >= each).toBe(true);
          }
        },
      ),
    );
  });
});
