import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toChainId } from '../ids/ids.js';
import { type PaymentRecord } from './payment-records.js';
import { MOST_TRANSFERS } from './counted-money.js';
import { paymentView } from './payment.view.js';
import { optionValues, valueIn } from './price.view.js';

const NOW = new Date(0);
const CHAIN = toChainId(1);

interface Given {
  asked: bigint;
  received: bigint[];
  refundedBps: number;
}

/** A payment of so many cents, its options and what came in them; some of it refunded. */
function recordOf(cents: bigint, given: readonly Given[]): PaymentRecord {
  const options = given.map(({ asked, received }, position) => ({
    position,
    chainId: CHAIN,
    chain: 'one',
    tokenId: String(position),
    amount: asked,
    amountReceived: sum(received),
    amountConfirmed: received[0] ?? 0n,
    rate: null,
    sweep: null,
  }));
  const credits = given.flatMap(({ received }, option) =>
    received.map((amount, index) => ({
      option,
      factor: null,
      chainId: CHAIN,
      txHash: `${option} ${index}`,
      ordinal: 0,
      kind: 'erc20',
      blockNumber: index,
      blockTime: NOW,
      amount,
    })),
  );
  const refunds = given.map(({ received, refundedBps }, option) => ({
    id: String(option),
    amount: (sum(received) * BigInt(refundedBps)) / 10_000n,
    state: 'confirmed',
    isAfterConfirmation: true,
    option,
  }));
  const payment = {
    priceAmount: cents,
    priceCurrency: 'EUR',
    priceDecimals: 2,
    priceChain: null,
    address: `0x${'1'.repeat(40)}`,
    chainId: CHAIN,
    tokenId: '0',
    amount: given[0]?.asked,
    amountReceived: 0n,
    amountConfirmed: 0n,
    underpaymentToleranceBps: 0,
    expiresAt: NOW,
    createdAt: NOW,
  };
  const assets = given.map((_one, index) => ({ id: String(index), address: null, symbol: 'X', decimals: 0 }));
  return {
    payment,
    payUrl: null,
    options,
    assets,
    credits,
    transfers: credits,
    transferCount: credits.length,
    refunds,
  } as unknown as PaymentRecord;
}

const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
const cents = (values: (string | undefined)[]) =>
  sum(values.map((value) => BigInt((value as string).replace('.', ''))));

describe('optionValues', () => {
  it('of all options add up to what the payment shows, to the cent, and none is below zero', () => {
    const amounts = fc.bigInt({ min: 1n, max: 10n ** 20n });
    const option = fc.record({
      asked: amounts,
      received: fc.array(amounts, { maxLength: 3 }),
      refundedBps: fc.integer({ min: 0, max: 10_000 }),
    });
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 7n }),
        fc.array(option, { minLength: 1, maxLength: 5 }),
        (price, given) => {
          const record = recordOf(price, given);
          const values = optionValues(record) ?? [];
          const { value } = paymentView(record);
          for (const sort of ['received', 'confirmed', 'refunded', 'refund_pending'] as const) {
            const own = values.map((one) => one[sort]);
            expect(cents(own)).toBe(cents([value?.[sort]]));
            expect(own.some((one) => one.startsWith('-'))).toBe(false);
          }
        },
      ),
    );
  });

  it('are none where there is no price', () => {
    const record = recordOf(1n, [{ asked: 1n, received: [], refundedBps: 0 }]);
    expect(optionValues({ ...record, payment: { ...record.payment, priceAmount: null } })).toBeNull();
  });
});

describe('paymentView', () => {
  it('lists the newest of many transfers, counts and sums all of them', () => {
    const received = Array.from({ length: 250 }, () => 1n);
    const view = paymentView(recordOf(100n, [{ asked: 1_000n, received, refundedBps: 0 }]));
    expect(view.transfers).toHaveLength(MOST_TRANSFERS);
    expect([view.transfers[0]?.block_number, view.transfers.at(-1)?.block_number]).toEqual([150, 249]);
    expect(view.transfer_count).toBe(250);
    expect(view.price?.received).toBe('0.25');
  });
});

describe('valueIn', () => {
  const record = recordOf(4_990n, [{ asked: 1_000n, received: [1_000n], refundedBps: 0 }]);

  it('is by the locked rate, by a fraction of it, or by the average, and rounded towards zero on both sides', () => {
    expect(valueIn(record, 0, 333n, 'locked')).toBe('16.61');
    expect(valueIn(record, 0, -333n, 'locked')).toBe('-16.61');
    expect(valueIn(record, 0, -1_000n, { numerator: 1n, denominator: 2n })).toBe('-24.95');
    expect(valueIn(record, 0, 500n, 'average')).toBe('24.95');
    expect(valueIn(record, 0, 0n, 'locked')).toBe('0.00');
  });
});
