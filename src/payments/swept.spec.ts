import { describe, expect, it } from '@jest/globals';
import { toChainId } from '../ids/ids.js';
import { type PaymentRecord } from './payment-records.js';
import { isSwept } from './swept.js';

interface Given {
  /** The whole payment in this asset. */
  asked: bigint;
  received: bigint;
  isSwept?: boolean;
  refunded?: bigint;
  isAfterConfirmation?: boolean;
}

function swept(given: readonly Given[], underpaymentToleranceBps = 0): boolean {
  const chainId = toChainId(1);
  const options = given.map(({ asked, received, isSwept: isIt }) => ({
    chainId,
    amount: asked,
    amountReceived: received,
    sweep: isIt ? { tx_hash: '0x', amount: '1', fee: '1' } : null,
  }));
  const credits = given.flatMap(({ received: amount }, option) =>
    amount > 0n
      ? [
          {
            option,
            amount,
            factor: null,
            txHash: null,
            ordinal: option,
            kind: 'sum',
            blockNumber: 1,
            blockTime: new Date(0),
          },
        ]
      : [],
  );
  const refunds = given.flatMap(({ refunded: amount, isAfterConfirmation = true }, option) =>
    amount ? [{ id: String(option), state: 'confirmed', amount, option, isAfterConfirmation }] : [],
  );
  const record = { payment: { underpaymentToleranceBps }, options, credits, refunds };
  return isSwept(record as unknown as PaymentRecord);
}

const SPECK = { asked: 10n ** 18n, received: 1n };

describe('isSwept', () => {
  it('waits for no speck of another asset, which never pays for its own sweep', () => {
    expect(swept([{ asked: 300n, received: 300n, isSwept: true }, SPECK])).toBe(true);
    expect(swept([SPECK, { asked: 300n, received: 300n, isSwept: true }])).toBe(true);
  });

  it('waits for each asset without which it would not be paid', () => {
    const half = { asked: 300n, received: 150n };
    expect(
      swept([
        { ...half, isSwept: true },
        { asked: 40n, received: 20n },
      ]),
    ).toBe(false);
    expect(swept([{ ...half, isSwept: true }, { asked: 40n, received: 20n, isSwept: true }, SPECK])).toBe(
      true,
    );
    // A base unit short, and enough with a tolerance.
    expect(
      swept([
        { asked: 300n, received: 299n, isSwept: true },
        { asked: 300n, received: 1n },
      ]),
    ).toBe(false);
    expect(
      swept(
        [
          { asked: 300n, received: 299n, isSwept: true },
          { asked: 300n, received: 1n },
        ],
        100,
      ),
    ).toBe(true);
  });

  it('counts what went back as being where it should: once the sale was made, or beside what pays', () => {
    const whole = { asked: 300n, received: 300n };
    expect(
      swept([
        { ...whole, isSwept: true },
        { asked: 300n, received: 300n, refunded: 300n },
      ]),
    ).toBe(true);
    expect(
      swept([
        { ...whole, refunded: 300n },
        { ...whole, isSwept: true },
      ]),
    ).toBe(true);
    // What went back before it was paid does not pay it.
    const before = { ...whole, isSwept: true, refunded: 100n, isAfterConfirmation: false };
    expect(swept([before, { asked: 300n, received: 100n }])).toBe(false);
  });

  it('is never told of a payment of which nothing was swept', () => {
    expect(swept([{ asked: 300n, received: 300n, refunded: 300n }])).toBe(false);
    expect(swept([{ asked: 300n, received: 300n }])).toBe(false);
  });
});
