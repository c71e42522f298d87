import { describe, expect, it } from '@jest/globals';
import { feeOf } from './receipt-fee.js';

const plain = { gasUsed: '0x5208', effectiveGasPrice: '0x3b9aca00' };
const gas = 21_000n * 10n ** 9n;
const operator = { operatorFeeScalar: '0x1e8480', operatorFeeConstant: '0x7' };

describe('what a transaction cost', () => {
  it('is its gas where nothing else is charged', () => {
    expect(feeOf(plain)).toBe(gas);
    expect(feeOf({ ...plain, l1Fee: null, operatorFeeScalar: null, operatorFeeConstant: null })).toBe(gas);
  });

  it('has the data fee of the OP stack', () => {
    expect(feeOf({ ...plain, l1Fee: '0x64' })).toBe(gas + 100n);
  });

  it('has the operator fee by the formula of Isthmus, rounded down', () => {
    expect(feeOf({ ...plain, l1Fee: '0x64', ...operator })).toBe(gas + 100n + 42_000n + 7n);
    expect(feeOf({ ...plain, gasUsed: '0x1', operatorFeeScalar: '0xf423f' })).toBe(10n ** 9n);
  });

  it('has the operator fee by the formula of Jovian where the receipt is of that', () => {
    const jovian = { ...plain, ...operator, daFootprintGasScalar: '0x190' };
    expect(feeOf(jovian)).toBe(gas + 21_000n * 2_000_000n * 100n + 7n);
  });
});
