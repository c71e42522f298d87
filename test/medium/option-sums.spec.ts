import { describe, expect, it } from '@jest/globals';
import { advance } from '../../src/payments/lifecycle.js';
import {
  assertCoveredAsFractionsSay,
  assertExactSum,
  assertOneOptionAsNone,
  assertSameEnd,
  assertSums,
  assertWaitsForEveryChain,
  creditOf,
  factsOf,
  paymentOf,
  timeOf,
} from '../harness/option-properties.js';

/** Ten thousand runs of each are made in test/long. */
const RUNS = 150;

describe('a payment with several options', () => {
  it.each([
    ['ends the same by any order, portions and repetition of what came', assertSameEnd],
    ['takes the transfers of a block for their sum', assertSums],
    ['is paid by the exact sum, and not a base unit short of it', assertExactSum],
    ['is covered as ordinary fractions say', assertCoveredAsFractionsSay],
    ['moves as one without, where there is one', assertOneOptionAsNone],
    ['does not expire before each of its chains has come past its end', assertWaitsForEveryChain],
  ])('%s', (_what, assertion) => {
    expect(() => assertion(RUNS)).not.toThrow();
  });

  const amounts = [50n, 10n ** 18n, 3n * 10n ** 8n];
  const thirds = [creditOf(0, 20n, 5), creditOf(1, 3n * 10n ** 17n, 6), creditOf(2, 9n * 10n ** 7n, 7)];

  it('adds up parts in different assets, and is confirmed when each is deep enough on its own chain', () => {
    const payment = paymentOf(amounts, [3, 5, 20]);
    const two = advance(payment, factsOf(thirds.slice(0, 2), [30, 30, 6]));
    expect(two.payment).toMatchObject({ status: 'partially_paid', chain: 'chain 0', amountReceived: 20n });
    const seen = advance(two.payment, factsOf(thirds, [30, 30, 7]));
    expect(seen.payment).toMatchObject({ status: 'detected', exception: null });
    const options = seen.payment.options.map(({ confirmations, recheckAtBlock }) => ({
      confirmations,
      recheckAtBlock,
    }));
    expect(options).toEqual([
      { confirmations: 26, recheckAtBlock: null },
      { confirmations: 25, recheckAtBlock: null },
      { confirmations: 1, recheckAtBlock: 26 },
    ]);
    expect(advance(seen.payment, factsOf(thirds, [30, 30, 25])).payment.status).toBe('detected');
    const done = advance(seen.payment, factsOf(thirds, [30, 30, 26]));
    expect(done.events.map(({ type }) => type)).toEqual(['payment.confirmed']);
  });

  it('fails at once when confirmed money is gone, and not for good where a chain was out of reach', () => {
    const paid = advance(paymentOf(amounts), factsOf(thirds, [30, 30, 30])).payment;
    expect(paid.status).toBe('confirmed');
    // The second chain lost its part, and the third is down: nobody has seen what came there last.
    const without = [thirds[0]!, thirds[2]!];
    const now = timeOf(32);
    const failed = advance(paid, { ...factsOf(without, [32, 32, 30]), now });
    expect(failed.events.map(({ type }) => type)).toEqual(['payment.failed']);
    expect(failed.payment).toMatchObject({ status: 'failed', failedAt: now });
    expect(advance(failed.payment, { ...factsOf(without, [40, 40, 40]), now: timeOf(40) }).events).toEqual(
      [],
    );

    const some = [...without, creditOf(2, 1n, 31)];
    const part = advance(failed.payment, factsOf(some, [40, 40, 40]));
    expect(part.events.map(({ type }) => type)).toEqual(['payment.partially_paid']);
    const rest = [...without, creditOf(2, 9n * 10n ** 7n, 31)];
    for (const before of [failed, part]) {
      const back = advance(before.payment, factsOf(rest, [40, 40, 40]));
      expect(back.events.map(({ type }) => type)).toEqual(['payment.detected', 'payment.confirmed']);
    }
  });

  it('loses with a reorg on one chain that part alone', () => {
    const detected = advance(paymentOf(amounts), factsOf(thirds, [5, 6, 7])).payment;
    const reorged = advance(detected, factsOf([thirds[0]!, thirds[2]!], [5, 6, 7]));
    expect(reorged.events.map(({ type }) => type)).toEqual(['payment.reorged']);
    expect(reorged.payment).toMatchObject({ status: 'partially_paid' });
    expect(reorged.payment.options.map(({ amountReceived }) => amountReceived)).toEqual([
      20n,
      0n,
      9n * 10n ** 7n,
    ]);
    const again = advance(reorged.payment, factsOf(thirds, [5, 8, 7]));
    expect(again.events.map(({ type }) => type)).toEqual(['payment.detected']);
  });

  it('counts what goes back in its own asset', () => {
    const aRefund = {
      id: 'one',
      amount: 10n,
      state: 'created' as const,
      isAfterConfirmation: false,
      option: 0,
    };
    const facts = factsOf(thirds, [5, 6, 7]);
    const { payment } = advance(paymentOf(amounts), { ...facts, refunds: [aRefund] });
    expect(payment.status).toBe('partially_paid');
    const dust = advance(paymentOf(amounts), { ...facts, refunds: [{ ...aRefund, option: 1 }] });
    expect(dust.payment.status).toBe('partially_paid');
    const more = [...thirds, creditOf(1, 10n, 7, { ordinal: 1 })];
    const paid = advance(paymentOf(amounts), {
      ...factsOf(more, [9, 9, 9]),
      refunds: [{ ...aRefund, option: 1 }],
    });
    expect(paid.payment).toMatchObject({ status: 'confirmed', exception: null });
  });

  it('calls a rest that no asset could be sent more closely than no overpayment', () => {
    // 20 of 50 came; of 10^18 the rest is 6 · 10^17 exactly, and one unit of the coarse asset is 2 · 10^16.
    const closely = [creditOf(0, 20n, 5), creditOf(1, 6n * 10n ** 17n + 10n ** 16n, 6)];
    expect(advance(paymentOf(amounts), factsOf(closely, [9, 9, 9])).payment.exception).toBeNull();
    const more = [creditOf(0, 20n, 5), creditOf(1, 6n * 10n ** 17n + 2n * 10n ** 16n, 6)];
    expect(advance(paymentOf(amounts), factsOf(more, [9, 9, 9])).payment.exception).toBe('overpaid');
  });

  it('shows the option that the payer chose before any money, and then the one that received most', () => {
    const chosen = advance({ ...paymentOf(amounts), chosenOption: 2 }, factsOf([], [1, 1, 1])).payment;
    expect(chosen).toMatchObject({ chain: 'chain 2', amount: amounts[2] });
    const paid = advance(chosen, factsOf(thirds, [5, 6, 7])).payment;
    expect(paid).toMatchObject({ chain: 'chain 0', amount: 50n, amountReceived: 20n });
  });

  it('counts late money by what it was worth when it was mined', () => {
    const half = { factor: { numerator: 1n, denominator: 2n } };
    const late = [creditOf(0, 50n, 70, half), creditOf(1, 10n ** 18n, 71, half)];
    const part = advance(paymentOf(amounts), factsOf(late.slice(0, 1), [80, 80, 80]));
    expect(part.payment).toMatchObject({ status: 'partially_paid', exception: 'late' });
    const whole = advance(part.payment, factsOf(late, [80, 80, 80]));
    expect(whole.payment).toMatchObject({ status: 'confirmed', exception: 'late' });
  });

  it('takes off what goes back of late money by what that was worth', () => {
    // Twice what is due came late in one asset, worth half of it: all of the payment, of which a half goes back.
    const late = creditOf(0, 100n, 70, { factor: { numerator: 1n, denominator: 2n } });
    const aRefund = {
      id: 'one',
      amount: 50n,
      state: 'created' as const,
      isAfterConfirmation: false,
      option: 0,
    };
    const withRest = (rest: bigint) =>
      advance(paymentOf(amounts), {
        ...factsOf([late, creditOf(1, rest, 71)], [90, 90, 90]),
        refunds: [aRefund],
      }).payment.status;
    expect(withRest(5n * 10n ** 17n)).toBe('confirmed');
    expect(withRest(5n * 10n ** 17n - 1n)).toBe('partially_paid');
  });
});
