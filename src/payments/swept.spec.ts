import { describe, expect, it } from '@jest/globals';
import { isSwept } from './swept.js';

const SWEEP = { tx_hash: `0x${'a1'.repeat(32)}`, amount: '1', fee: '0' };
/** A payment of 300 of the first asset or of 100 of the second: what came, was swept and refunded of each, and came of the first after its sweep. */
function given(
  received: readonly [bigint, bigint],
  swept: readonly [boolean, boolean],
  { refunded = [0n, 0n], isAfterConfirmation = true, toleranceBps = 0, later = 0n } = {},
) {
  const asked = [300n, 100n];
  return {
    payment: { underpaymentToleranceBps: toleranceBps },
    options: asked.map((amount, index) => ({
      amount,
      amountReceived: (received[index] as bigint) + (index === 0 ? later : 0n),
      sweep: swept[index] ? (SWEEP as never) : null,
    })),
    credits: [...received, later].flatMap((amount, place) => {
      const option = place % 2;
      const isSwept = place < 2 && swept[option] === true;
      const block = { blockNumber: 1, blockTime: new Date(0) };
      return amount === 0n
        ? []
        : [{ ...block, option, amount, txHash: null, ordinal: place, kind: 'native', isSwept }];
    }),
    refunds: refunded.flatMap((amount, option) =>
      amount === 0n
        ? []
        : [{ id: String(option), option, amount, state: 'confirmed' as const, isAfterConfirmation } as never],
    ),
  };
}

describe('a payment is settled', () => {
  it.each([
    ['when all that came is swept', given([100n, 67n], [true, true]), true],
    ['when nothing is swept', given([300n, 0n], [false, false]), false],
    ['when one of two halves is', given([150n, 50n], [true, false]), false],
    [
      'beside a speck of another asset that does not pay for its sweep',
      given([300n, 1n], [true, false]),
      true,
    ],
    ['when what is swept is a unit short', given([299n, 1n], [true, false]), false],
    [
      'when what is swept is a unit short, within the tolerance',
      given([297n, 1n], [true, false], { toleranceBps: 100 }),
      true,
    ],
    ['when what is missing came after the sweep', given([180n, 40n], [true, false], { later: 120n }), false],
    ['when more came after the sweep', given([300n, 1n], [true, false], { later: 120n }), true],
    ['when the rest went back', given([150n, 50n], [true, false], { refunded: [0n, 50n] }), true],
    [
      'when what is swept is not what is due, since some of it was to go back before',
      given([300n, 1n], [true, false], { refunded: [10n, 0n], isAfterConfirmation: false }),
      false,
    ],
  ])('%s', (_when, facts, expected) => {
    expect(isSwept(facts)).toBe(expected);
  });
});
