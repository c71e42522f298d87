import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toChainId, toTokenAddress } from '../ids/ids.js';
import { MOST_TOLD_AT_ONCE, toldOf } from './told-deposits.js';

const chainId = toChainId(1);
const TOKENS = ['70', '71'].map((byte) => toTokenAddress(`0x${byte.repeat(20)}`));
const aDeposit = fc.record({
  paymentId: fc.constantFrom('one', 'another'),
  chainId: fc.constant(chainId),
  tokenAddress: fc.constantFrom(null, ...TOKENS),
  amount: fc.bigInt(0n, 50n),
});

describe('toldOf', () => {
  it('has all of few', () => {
    const few = Array.from({ length: MOST_TOLD_AT_ONCE }, () => ({
      paymentId: 'one',
      chainId,
      tokenAddress: null,
      amount: 1n,
    }));
    expect(toldOf(few)).toEqual(few);
  });

  it('has the largest of each asset of each payment, in the order given', () => {
    fc.assert(
      fc.property(fc.array(aDeposit, { maxLength: 300 }), (deposits) => {
        const told = toldOf(deposits);
        expect(deposits.filter((deposit) => told.includes(deposit))).toEqual(told);
        for (const { paymentId, tokenAddress } of deposits) {
          const same = (one: (typeof deposits)[number]) =>
            one.paymentId === paymentId && one.tokenAddress === tokenAddress;
          const amounts = (of: typeof deposits) =>
            of
              .filter(same)
              .map(({ amount }) => amount)
              .sort((one, other) => Number(other - one));
          expect(amounts(told)).toEqual(amounts(deposits).slice(0, MOST_TOLD_AT_ONCE));
        }
      }),
      { numRuns: 30 },
    );
  });
});
