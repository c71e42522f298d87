import { describe, expect, it } from '@jest/globals';
import { feeOf, type RawFees } from './receipt-fee.js';

const GWEI = 10n ** 9n;
const plain = { gasUsed: 21_000n };
const gas = 21_000n * GWEI;
const operator = { operatorFeeScalar: 2_000_000n, operatorFeeConstant: 7n };
const costOf = (receipt: RawFees) => feeOf(receipt, GWEI);

describe('what a transaction cost', () => {
  it('is its gas where nothing else is charged', () => {
    expect(costOf(plain)).toBe(gas);
  });

  it('has the data fee of the OP stack', () => {
    expect(costOf({ ...plain, l1Fee: 100n })).toBe(gas + 100n);
  });

  it('has the operator fee by the formula of Isthmus, rounded down', () => {
    expect(costOf({ ...plain, l1Fee: 100n, ...operator })).toBe(gas + 100n + 42_000n + 7n);
    expect(costOf({ ...plain, gasUsed: 1n, operatorFeeScalar: 999_999n })).toBe(10n ** 9n);
  });

  it('has the operator fee by the formula of Jovian where the receipt is of that', () => {
    const jovian = { ...plain, ...operator, daFootprintGasScalar: 400n };
    expect(costOf(jovian)).toBe(gas + 21_000n * 2_000_000n * 100n + 7n);
  });
});
