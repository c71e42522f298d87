import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  advance,
  cancel,
  type Credit,
  enough,
  isCancellable,
  type Facts,
  type PaymentState,
} from './lifecycle.js';
import { toChainId, toTxHash } from '../ids/ids.js';

const HOUR = 3_600_000;
const EXPIRES = new Date('2026-01-01T12:00:00Z');
const BEFORE_EXPIRY = new Date('2026-01-01T11:00:00Z');
const AFTER_EXPIRY = new Date('2026-01-01T13:00:00Z');

function aPayment(overrides: Partial<PaymentState> = {}): PaymentState {
  return {
    status: 'pending',
    exception: null,
    amount: 100n,
    underpaymentToleranceBps: 0,
    amountReceived: 0n,
    amountConfirmed: 0n,
    confirmations: 0,
    requiredConfirmations: 3,
    detectedInBlock: null,
    recheckAtBlock: null,
    recheckAtTime: EXPIRES,
    version: 1,
    expiresAt: EXPIRES,
    detectedAt: null,
    confirmedAt: null,
    settledAt: null,
    cancelledAt: null,
    ...overrides,
  };
}

function aCredit(amount: bigint, blockNumber: number, overrides: Partial<Credit> = {}): Credit {
  return {
    txHash: toTxHash(`0x${hash('sha256', `${blockNumber} ${amount}`)}`),
    ordinal: 0,
    kind: 'native',
    amount,
    blockNumber,
    blockTime: BEFORE_EXPIRY,
    ...overrides,
  };
}

function factsAt(number: number, credits: Credit[], overrides: Partial<Facts> = {}): Facts {
  return {
    credits,
    scanned: { number, time: BEFORE_EXPIRY },
    finalNumber: null,
    lateWatchMs: 24 * HOUR,
    now: new Date(0),
    ...overrides,
  };
}

const late = { scanned: { number: 20, time: AFTER_EXPIRY } };
const typesOf = (result: ReturnType<typeof advance>) => result.events.map((event) => event.type);

describe('advance', () => {
  it('leaves a payment without money pending', () => {
    const result = advance(aPayment(), factsAt(10, []));
    expect(result).toEqual({ payment: aPayment(), events: [] });
  });

  it('adds up part payments and announces each', () => {
    const first = advance(aPayment(), factsAt(10, [aCredit(40n, 10)]));
    expect(first.payment).toMatchObject({ status: 'partially_paid', amountReceived: 40n, exception: null });
    expect(typesOf(first)).toEqual(['payment.partially_paid']);

    const second = advance(first.payment, factsAt(11, [aCredit(40n, 10), aCredit(30n, 11)]));
    expect(second.payment).toMatchObject({ status: 'partially_paid', amountReceived: 70n });
    expect(typesOf(second)).toEqual(['payment.partially_paid']);

    const third = advance(
      second.payment,
      factsAt(12, [aCredit(40n, 10), aCredit(30n, 11), aCredit(30n, 12)]),
    );
    expect(third.payment).toMatchObject({ status: 'detected', amountReceived: 100n, detectedInBlock: 12 });
    expect(typesOf(third)).toEqual(['payment.detected']);
  });

  it('counts confirmations from the transfer that completed the amount, itself included', () => {
    const credits = [aCredit(100n, 10)];
    expect(advance(aPayment(), factsAt(10, credits)).payment).toMatchObject({
      status: 'detected',
      confirmations: 1,
      recheckAtBlock: 12,
    });
    expect(advance(aPayment(), factsAt(11, credits)).payment).toMatchObject({
      status: 'detected',
      confirmations: 2,
    });
    expect(advance(aPayment(), factsAt(12, credits)).payment).toMatchObject({
      status: 'confirmed',
      confirmations: 3,
      amountConfirmed: 100n,
      recheckAtBlock: null,
    });
  });

  it('is not confirmed while a transfer that makes up the amount is shallow', () => {
    const result = advance(aPayment(), factsAt(12, [aCredit(60n, 1), aCredit(40n, 12)]));
    expect(result.payment).toMatchObject({ status: 'detected', amountConfirmed: 60n, recheckAtBlock: 14 });
  });

  it('is confirmed by the transfers that make up the amount, though a later extra one is shallow', () => {
    const result = advance(aPayment(), factsAt(12, [aCredit(100n, 10), aCredit(5n, 12)]));
    expect(result.payment).toMatchObject({
      status: 'confirmed',
      exception: 'overpaid',
      amountReceived: 105n,
      amountConfirmed: 100n,
      recheckAtBlock: 14,
    });
  });

  it('announces detection before confirmation when both are found at once', () => {
    const result = advance(aPayment(), factsAt(50, [aCredit(100n, 10)]));
    expect(typesOf(result)).toEqual(['payment.detected', 'payment.confirmed']);
    expect(result.events.map((event) => event.payment.status)).toEqual(['detected', 'confirmed']);
    expect(result.events.map((event) => event.payment.version)).toEqual([2, 3]);
  });

  it('waits for the chain to call the block final where confirmations are by finality', () => {
    const payment = aPayment({ requiredConfirmations: null });
    const credits = [aCredit(100n, 10)];
    expect(advance(payment, factsAt(500, credits, { finalNumber: 9 })).payment.status).toBe('detected');
    expect(advance(payment, factsAt(500, credits, { finalNumber: null })).payment).toMatchObject({
      status: 'detected',
      recheckAtBlock: 10,
    });
    expect(advance(payment, factsAt(500, credits, { finalNumber: 10 })).payment.status).toBe('confirmed');
  });

  it('expires by the time of the scanned block and not before', () => {
    expect(advance(aPayment(), factsAt(10, [], { scanned: { number: 10, time: EXPIRES } })).events).toEqual(
      [],
    );
    const result = advance(aPayment(), factsAt(10, [], late));
    expect(result.payment).toMatchObject({ status: 'expired', exception: null, recheckAtTime: null });
    expect(typesOf(result)).toEqual(['payment.expired']);
  });

  it('does not expire a payment mined in time that is found after expiry', () => {
    const result = advance(aPayment(), factsAt(20, [aCredit(100n, 10)], late));
    expect(typesOf(result)).toEqual(['payment.detected', 'payment.confirmed']);
    expect(result.payment.exception).toBeNull();
  });

  it('ends a part payment that ran out of time as expired and underpaid', () => {
    const result = advance(aPayment(), factsAt(20, [aCredit(40n, 10)], late));
    expect(result.payment).toMatchObject({ status: 'expired', exception: 'underpaid', amountReceived: 40n });
    expect(typesOf(result)).toEqual(['payment.partially_paid', 'payment.expired']);
  });

  it('takes late money for an expired payment and says it was late', () => {
    const expired = advance(aPayment(), factsAt(15, [], late)).payment;
    const result = advance(expired, factsAt(20, [aCredit(100n, 19, { blockTime: AFTER_EXPIRY })], late));
    expect(result.payment).toMatchObject({ status: 'detected', exception: 'late' });
    expect(typesOf(result)).toEqual(['payment.detected']);
  });

  it('reopens an expired payment on late part money until the watch window ends', () => {
    const credit = aCredit(40n, 19, { blockTime: AFTER_EXPIRY });
    const expired = advance(aPayment(), factsAt(15, [], late)).payment;
    const reopened = advance(expired, factsAt(20, [credit], late));
    expect(reopened.payment).toMatchObject({ status: 'partially_paid', exception: 'late' });
    expect(reopened.payment.recheckAtTime).toEqual(new Date(EXPIRES.getTime() + 24 * HOUR));

    const past = { scanned: { number: 30, time: new Date(EXPIRES.getTime() + 24 * HOUR + 1) } };
    const closed = advance(reopened.payment, factsAt(30, [credit], past));
    expect(closed.payment).toMatchObject({ status: 'expired', exception: 'underpaid' });
    expect(typesOf(closed)).toEqual(['payment.expired']);
  });

  it('goes back to pending when a reorg takes the transfer, and is detected again when it is mined again', () => {
    const detected = advance(aPayment(), factsAt(10, [aCredit(100n, 10)])).payment;
    const reorged = advance(detected, factsAt(11, []));
    expect(reorged.payment).toMatchObject({
      status: 'pending',
      amountReceived: 0n,
      confirmations: 0,
      detectedAt: null,
    });
    expect(typesOf(reorged)).toEqual(['payment.reorged']);
    const again = advance(reorged.payment, factsAt(12, [aCredit(100n, 12)]));
    expect(typesOf(again)).toEqual(['payment.detected']);
  });

  it('goes back to partially paid when a reorg takes one of two transfers', () => {
    const detected = advance(aPayment(), factsAt(10, [aCredit(60n, 9), aCredit(40n, 10)])).payment;
    const reorged = advance(detected, factsAt(10, [aCredit(60n, 9)]));
    expect(reorged.payment).toMatchObject({ status: 'partially_paid', amountReceived: 60n });
    expect(typesOf(reorged)).toEqual(['payment.reorged']);
  });

  it('says nothing when a reorg only moves the transfer to another block', () => {
    const detected = advance(
      aPayment(),
      factsAt(10, [aCredit(100n, 10, { txHash: toTxHash(`0x${'aa'.repeat(32)}`) })]),
    ).payment;
    const moved = advance(
      detected,
      factsAt(11, [aCredit(100n, 11, { txHash: toTxHash(`0x${'aa'.repeat(32)}`) })]),
    );
    expect(moved.events).toEqual([]);
    expect(moved.payment).toMatchObject({ status: 'detected', detectedInBlock: 11, confirmations: 1 });
  });

  it.each(['confirmed', 'settled'] as const)(
    'fails a %s payment that a deep reorg left unpaid, for good',
    (status) => {
      const paid = aPayment({ status, amountReceived: 100n, amountConfirmed: 100n });
      const failed = advance(paid, factsAt(50, []));
      expect(failed.payment).toMatchObject({ status: 'failed', amountReceived: 0n });
      expect(typesOf(failed)).toEqual(['payment.failed']);
      expect(advance(failed.payment, factsAt(60, [aCredit(100n, 55)])).events).toEqual([]);
    },
  );

  it.each(['confirmed', 'settled'] as const)(
    'holds a %s payment as it is while money may be missing only here, and decides when that is known',
    (status) => {
      const paid = aPayment({ status, amountReceived: 100n, amountConfirmed: 100n, recheckAtTime: null });
      const unsure = new Map([[1, { number: 50, time: BEFORE_EXPIRY, finalNumber: null, isUnsure: true }]]);
      const option = { ...paid, chainId: toChainId(1), chain: 'one', tokenId: null };
      const held = advance({ ...paid, options: [option] }, factsAt(50, [], { chains: unsure }));
      expect(held.events).toEqual([]);
      const [is] = held.payment.options as [typeof option];
      expect({ ...held.payment, options: [{ ...is, recheckAtTime: null }] }).toEqual({
        ...paid,
        options: [option],
      });
      // Due as soon as more is known.
      expect(is.recheckAtTime).toEqual(BEFORE_EXPIRY);
      const sure = new Map([[1, { number: 51, time: AFTER_EXPIRY, finalNumber: null }]]);
      expect(typesOf(advance(held.payment, factsAt(51, [], { chains: sure })))).toEqual(['payment.failed']);
      const found = advance(held.payment, factsAt(51, [aCredit(100n, 40)], { chains: sure }));
      expect(found.events).toEqual([]);
      expect(found.payment).toMatchObject({ status, amountReceived: 100n });
    },
  );

  it.each(['confirmed', 'settled'] as const)('announces more money for a %s payment once', (status) => {
    const credits = [aCredit(100n, 1), aCredit(7n, 40)];
    const paid = aPayment({ status, amountReceived: 100n, amountConfirmed: 100n });
    const overpaid = advance(paid, factsAt(50, credits));
    expect(overpaid.payment).toMatchObject({ status, exception: 'overpaid', amountReceived: 107n });
    expect(typesOf(overpaid)).toEqual(['payment.overpaid']);
    expect(advance(overpaid.payment, factsAt(51, credits)).events).toEqual([]);
  });

  it('keeps to what an amount may be, whatever the sum of what arrived', () => {
    const largest = 2n ** 256n - 1n;
    const credits = Array.from({ length: 9 }, (_one, ordinal) => aCredit(largest, 10, { ordinal }));
    const { payment } = advance(aPayment({ amount: largest }), factsAt(50, credits));
    expect(payment).toMatchObject({ status: 'confirmed', exception: 'overpaid' });
    expect(payment.amountReceived.toString()).toMatch(/^9{78}$/);
    expect(payment.amountConfirmed.toString()).toMatch(/^9{78}$/);
  });

  it('settles a confirmed payment whose sweep is final', () => {
    const result = advance(aPayment(), factsAt(50, [aCredit(100n, 10)], { swept: true }));
    expect(typesOf(result)).toEqual(['payment.detected', 'payment.confirmed', 'payment.settled']);
  });
});

describe('cancel', () => {
  const now = new Date(BEFORE_EXPIRY);

  it('ends a payment without money, expired or not, and tells of it once', () => {
    for (const status of ['pending', 'expired'] as const) {
      const { payment, events } = cancel(aPayment({ status }), now);
      expect(payment).toMatchObject({
        status: 'cancelled',
        cancelledAt: now,
        recheckAtTime: null,
        version: 2,
      });
      expect(events.map(({ type }) => type)).toEqual(['payment.cancelled']);
      expect(advance(payment, factsAt(20, [], late)).events).toEqual([]);
    }
  });

  it('is not for a payment that has received something, or has ended', () => {
    expect(isCancellable(aPayment({ status: 'partially_paid', amountReceived: 1n }))).toBe(false);
    expect(isCancellable(aPayment({ status: 'expired', amountReceived: 1n }))).toBe(false);
    expect(isCancellable(aPayment({ status: 'failed' }))).toBe(false);
  });

  it('is undone by money that was mined before it, and holds again when a reorg takes that away', () => {
    const { payment } = cancel(aPayment(), now);
    const detected = advance(payment, factsAt(10, [aCredit(100n, 10)]));
    expect(detected.events.map(({ type }) => type)).toEqual(['payment.detected']);
    const part = advance(payment, factsAt(10, [aCredit(40n, 10)]));
    expect(part.payment.status).toBe('partially_paid');
    const gone = advance(detected.payment, factsAt(10, []));
    expect(gone.events.map(({ type }) => type)).toEqual(['payment.reorged', 'payment.cancelled']);
    expect(gone.payment.status).toBe('cancelled');
  });
});

describe('advance, with a tolerance', () => {
  const tolerant = (amount: bigint) => aPayment({ amount, underpaymentToleranceBps: 100 });

  it('takes what is short by no more than it for the whole, and says nothing of underpayment', () => {
    const result = advance(tolerant(1000n), factsAt(20, [aCredit(990n, 10)], late));
    expect(result.payment).toMatchObject({ status: 'confirmed', exception: null, amountReceived: 990n });
    expect(typesOf(result)).toEqual(['payment.detected', 'payment.confirmed']);
  });

  it('does not take what is short by more', () => {
    const result = advance(tolerant(1000n), factsAt(20, [aCredit(989n, 10)], late));
    expect(result.payment).toMatchObject({ status: 'expired', exception: 'underpaid', amountReceived: 989n });
  });

  it('calls the rest that comes later no overpayment, and what is above the amount one', () => {
    const confirmed = advance(tolerant(1000n), factsAt(20, [aCredit(990n, 10)])).payment;
    const whole = advance(confirmed, factsAt(30, [aCredit(990n, 10), aCredit(10n, 25)]));
    expect(whole).toMatchObject({ events: [], payment: { exception: null, amountReceived: 1000n } });
    const credits = [aCredit(990n, 10), aCredit(10n, 25), aCredit(1n, 26)];
    const above = advance(whole.payment, factsAt(30, credits));
    expect(above.payment).toMatchObject({ exception: 'overpaid', amountReceived: 1001n });
    expect(typesOf(above)).toEqual(['payment.overpaid']);
  });

  it('is rounded in the merchant’s favour, and never takes nothing for enough', () => {
    expect(enough({ amount: 999n, underpaymentToleranceBps: 100 })).toBe(990n);
    expect(enough({ amount: 1n, underpaymentToleranceBps: 1000 })).toBe(1n);
    expect(enough({ amount: 2n ** 256n - 1n, underpaymentToleranceBps: 0 })).toBe(2n ** 256n - 1n);
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 2n ** 256n - 1n }),
        fc.integer({ min: 0, max: 1000 }),
        (amount, bps) => {
          const least = enough({ amount, underpaymentToleranceBps: bps });
          expect(least * 10_000n >= amount * BigInt(10_000 - bps)).toBe(true);
          expect((least - 1n) * 10_000n < amount * BigInt(10_000 - bps)).toBe(true);
          expect(least > 0n && least <= amount).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** A made-up chain: for each block, seconds to expiry (negative: past it) falling, and what it paid us. */
const aHistory = fc.array(fc.array(fc.bigInt({ min: 1n, max: 70n }), { maxLength: 2 }), {
  minLength: 1,
  maxLength: 14,
});

const aTolerance = fc.integer({ min: 0, max: 1000 });

function creditsOf(history: bigint[][], upTo: number): Credit[] {
  return history.slice(0, upTo).flatMap((amounts, index) =>
    amounts.map((amount, ordinal) =>
      aCredit(amount, index + 1, {
        txHash: toTxHash(`0x${String(index).padStart(64, '0')}`),
        ordinal,
        blockTime: timeOf(index + 1),
      }),
    ),
  );
}

/** Block 8 is the last before expiry. Watch ends at block 12. */
const timeOf = (block: number) => new Date(EXPIRES.getTime() + (block - 8.5) * HOUR);
const scannedAt = (history: bigint[][], block: number): Facts =>
  factsAt(block, creditsOf(history, block), {
    scanned: { number: block, time: timeOf(block) },
    lateWatchMs: 4 * HOUR,
  });

/** What a payment has come to, whichever way: without the number of its events and our own clock. */
function essence({
  version: _version,
  detectedAt: _d,
  confirmedAt: _c,
  settledAt: _s,
  ...rest
}: PaymentState) {
  return rest;
}

describe('advance, for any history', () => {
  it('ends in the same payment however the chain was cut into portions', () => {
    fc.assert(
      fc.property(aHistory, fc.array(fc.nat({ max: 14 })), aTolerance, (history, stops, toleranceBps) => {
        const payment = aPayment({ underpaymentToleranceBps: toleranceBps });
        const atOnce = advance(payment, scannedAt(history, history.length)).payment;
        let inPortions = payment;
        for (const stop of stops.filter((n) => n > 0 && n < history.length).sort((a, b) => a - b)) {
          inPortions = advance(inPortions, scannedAt(history, stop)).payment;
        }
        inPortions = advance(inPortions, scannedAt(history, history.length)).payment;
        expect(essence(inPortions)).toEqual(essence(atOnce));
      }),
      { numRuns: 2000 },
    );
  });

  it('ends in the same payment whenever its cancellation is taken in', () => {
    fc.assert(
      fc.property(aHistory, fc.nat({ max: 14 }), fc.nat({ max: 14 }), (history, cut, end) => {
        const cancelledAt = timeOf(cut);
        const seen = (block: number) => {
          const facts = scannedAt(history, block);
          return { ...facts, credits: facts.credits.filter(({ blockTime }) => blockTime <= cancelledAt) };
        };
        const before = advance(aPayment(), seen(Math.min(end, history.length))).payment;
        fc.pre(isCancellable(before));
        const after = advance(cancel(before, cancelledAt).payment, seen(history.length)).payment;
        const known = advance(aPayment({ cancelledAt }), seen(history.length)).payment;
        expect(essence(after)).toEqual(essence(known));
      }),
      { numRuns: 2000 },
    );
  });

  it('says nothing new when the same facts are applied again, in another order or twice over', () => {
    fc.assert(
      fc.property(aHistory, fc.nat({ max: 1000 }), (history, seed) => {
        const facts = scannedAt(history, history.length);
        const { payment } = advance(aPayment(), facts);
        const shuffled = [...facts.credits, ...facts.credits].sort(
          (a, b) =>
            ((a.blockNumber * 31 + a.ordinal * 7 + seed) % 13) -
            ((b.blockNumber * 31 + b.ordinal * 7 + seed) % 13),
        );
        expect(advance(payment, { ...facts, credits: shuffled })).toEqual({ payment, events: [] });
        expect(essence(advance(aPayment(), { ...facts, credits: shuffled }).payment)).toEqual(
          essence(payment),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('comes out as if a shallow reorg had never been, when the old branch was not yet final', () => {
    fc.assert(
      fc.property(aHistory, aHistory, fc.nat({ max: 6 }), (common, branches, reorgAt) => {
        const trunk = common.slice(0, Math.min(reorgAt, 5));
        const oldBranch = [...trunk, ...branches.slice(0, 2)];
        const newBranch = [...trunk, ...common.slice(0, 3).reverse()];
        const live = advance(
          advance(aPayment(), scannedAt(oldBranch, oldBranch.length)).payment,
          scannedAt(newBranch, newBranch.length),
        );
        fc.pre(
          oldBranch.length <= 8 &&
            !['confirmed', 'failed'].includes(
              advance(aPayment(), scannedAt(oldBranch, oldBranch.length)).payment.status,
            ),
        );
        expect(essence(live.payment)).toEqual(
          essence(advance(aPayment(), scannedAt(newBranch, newBranch.length)).payment),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('never invents or loses money, and every event is a step of the version', () => {
    fc.assert(
      fc.property(aHistory, (history) => {
        let payment = aPayment();
        for (let block = 1; block <= history.length; block += 1) {
          const facts = scannedAt(history, block);
          const result = advance(payment, facts);
          const sum = facts.credits.reduce((total, credit) => total + credit.amount, 0n);
          expect(result.payment.amountReceived).toBe(sum);
          expect(result.payment.amountConfirmed).toBeLessThanOrEqual(sum);
          expect(result.payment.version).toBe(payment.version + result.events.length);
          if (result.payment.status !== payment.status) expect(result.events.length).toBeGreaterThan(0);
          if (result.payment.status === 'confirmed')
            expect(result.payment.amountConfirmed).toBeGreaterThanOrEqual(100n);
          payment = result.payment;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('is looked at again exactly when time or depth alone would move it', () => {
    fc.assert(
      fc.property(aHistory, fc.integer({ min: 1, max: 20 }), (history, blocksLater) => {
        const { payment } = advance(aPayment(), scannedAt(history, history.length));
        const later = history.length + blocksLater;
        const facts = {
          ...scannedAt(history, history.length),
          scanned: { number: later, time: timeOf(later) },
        };
        const isDue =
          (payment.recheckAtBlock !== null && payment.recheckAtBlock <= later) ||
          (payment.recheckAtTime !== null && payment.recheckAtTime < timeOf(later));
        fc.pre(!isDue);
        const result = advance(payment, facts);
        expect(result.events).toEqual([]);
        expect(result.payment.amountConfirmed).toBe(payment.amountConfirmed);
      }),
      { numRuns: 1000 },
    );
  });
});
