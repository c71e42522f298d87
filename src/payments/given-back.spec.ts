import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { givenBack, type RefundFact, type RefundState } from './given-back.js';
import { advance, type Credit, type Facts, type PaymentState } from './lifecycle.js';
import { toTxHash } from '../ids/ids.js';

const DUE = 100n;
const BLOCK_MS = 60_000;
const START_MS = Date.parse('2026-01-01T11:00:00Z');
const timeOf = (block: number) => new Date(START_MS + block * BLOCK_MS);
const EXPIRES = timeOf(10);

function aPayment(overrides: Partial<PaymentState> = {}): PaymentState {
  return {
    status: 'pending',
    exception: null,
    amount: DUE,
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

function aCredit(amount: bigint, blockNumber: number): Credit {
  const txHash = toTxHash(`0x${hash('sha256', `${blockNumber} ${amount}`)}`);
  return { txHash, ordinal: 0, kind: 'native', amount, blockNumber, blockTime: timeOf(blockNumber) };
}

function aRefund(amount: bigint, state: RefundState, overrides: Partial<RefundFact> = {}): RefundFact {
  return { id: `${amount}`, amount, state, isAfterConfirmation: false, ...overrides };
}

function factsAt(block: number, credits: Credit[], refunds: RefundFact[] = []): Facts {
  return {
    credits,
    refunds,
    scanned: { number: block, time: timeOf(block) },
    finalNumber: null,
    lateWatchMs: 20 * BLOCK_MS,
    now: new Date(0),
  };
}

const typesOf = ({ events }: ReturnType<typeof advance>) => events.map(({ type }) => type);

describe('money that goes back', () => {
  const credits = [aCredit(40n, 1), aCredit(60n, 2)];

  it.each(['created', 'sent', 'confirmed'] as const)('does not count when its refund is %s', (state) => {
    const { payment } = advance(aPayment(), factsAt(8, credits, [aRefund(40n, state)]));
    expect(payment).toMatchObject({ status: 'partially_paid', amountReceived: 100n, exception: null });
    const whole = advance(payment, factsAt(9, [...credits, aCredit(40n, 5)], [aRefund(40n, state)]));
    expect(whole.payment).toMatchObject({ status: 'confirmed', amountReceived: 140n, exception: null });
  });

  it.each(['failed', 'cancelled'] as const)('counts again when its refund is %s', (state) => {
    const { payment } = advance(aPayment(), factsAt(8, credits, [aRefund(40n, 'created')]));
    const result = advance(payment, factsAt(8, credits, [aRefund(40n, state)]));
    expect(typesOf(result)).toEqual(['payment.detected', 'payment.confirmed']);
  });

  it('takes a payment that was found covered back to partly paid, which is no reorg', () => {
    const detected = advance(aPayment(), factsAt(3, credits)).payment;
    expect(detected.status).toBe('detected');
    const result = advance(detected, factsAt(3, credits, [aRefund(40n, 'created')]));
    expect(typesOf(result)).toEqual(['payment.partially_paid']);
    expect(result.payment).toMatchObject({ status: 'partially_paid', detectedAt: null });
  });

  it('is covered only by transfers deep enough to make up for it', () => {
    const later = [...credits, aCredit(40n, 8)];
    const { payment } = advance(aPayment(), factsAt(8, later, [aRefund(40n, 'sent')]));
    expect(payment).toMatchObject({ status: 'detected', detectedInBlock: 8, confirmations: 1 });
  });

  it('leaves a sale that was made as it is, but for an overpayment that it takes back', () => {
    const over = [...credits, aCredit(7n, 3)];
    const confirmed = advance(aPayment(), factsAt(8, over)).payment;
    expect(confirmed).toMatchObject({ status: 'confirmed', exception: 'overpaid' });
    for (const [amount, exception] of [
      [7n, null],
      [100n, null],
      [3n, 'overpaid'],
    ] as const) {
      const refunds = [aRefund(amount, 'confirmed', { isAfterConfirmation: true })];
      const { payment, events } = advance(confirmed, factsAt(9, over, refunds));
      expect(events).toEqual([]);
      expect(payment).toMatchObject({ status: 'confirmed', exception });
    }
  });

  it('opened again by a deep reorg after it had failed takes the sale back that its failure had made', () => {
    const made = advance(aPayment(), factsAt(8, credits, [aRefund(40n, 'failed')])).payment;
    expect(made.status).toBe('confirmed');
    const result = advance(made, factsAt(9, credits, [aRefund(40n, 'sent')]));
    expect(typesOf(result)).toEqual(['payment.failed']);
  });

  it('leaves nothing to be called underpaid when all of it goes back', () => {
    const { payment } = advance(aPayment(), factsAt(12, [aCredit(40n, 1)], [aRefund(40n, 'confirmed')]));
    expect(payment).toMatchObject({ status: 'expired', exception: null });
    const half = advance(aPayment(), factsAt(12, [aCredit(40n, 1)], [aRefund(20n, 'confirmed')])).payment;
    expect(half.exception).toBe('underpaid');
  });

  it('does not reopen a payment for less than is due once it has expired', () => {
    const [large, rest] = [aCredit(99n, 1), aCredit(1n, 12)];
    const expired = advance(aPayment(), factsAt(11, [large], [aRefund(99n, 'confirmed')])).payment;
    const { payment } = advance(expired, factsAt(18, [large, rest], [aRefund(99n, 'confirmed')]));
    expect(payment).toMatchObject({ status: 'partially_paid', amountReceived: 100n });
  });

  it('is added up once for each refund, whatever the order and however often it is told', () => {
    const refunds = [aRefund(5n, 'created'), aRefund(7n, 'confirmed'), aRefund(9n, 'failed')];
    const sums = { refunded: 7n, promised: 5n, beforeConfirmation: 12n };
    expect(givenBack([...refunds, ...refunds].reverse())).toEqual(sums);
  });
});

describe('late money at another rate, after what came in time went back', () => {
  const [HALF, TWICE] = [
    { numerator: 1n, denominator: 2n },
    { numerator: 2n, denominator: 1n },
  ];
  const inTime = Array.from({ length: 10 }, (_one, index) => aCredit(99n, index));
  const refunds = inTime.map((_one, index) => aRefund(99n, 'confirmed', { id: `${index}`, factor: null }));

  it.each([
    ['does not confirm it before it is worth the price', HALF, 199n, 'partially_paid'],
    ['confirms it once it is', HALF, 200n, 'confirmed'],
    ['is not asked for beyond the price', TWICE, 50n, 'confirmed'],
    ['is asked for up to the price', TWICE, 49n, 'partially_paid'],
  ])('%s', (_what, factor, amount, status) => {
    const late = { ...aCredit(amount, 12), factor };
    for (const times of [1, 10]) {
      const facts = factsAt(18, [...inTime.slice(0, times), late], refunds.slice(0, times));
      const expired = advance(
        aPayment(),
        factsAt(11, inTime.slice(0, times), refunds.slice(0, times)),
      ).payment;
      expect(advance(expired, facts).payment.status).toBe(status);
    }
  });

  it('leaves what was kept as it was, whichever of it goes back', () => {
    const credits = [aCredit(60n, 1), { ...aCredit(100n, 12), factor: HALF }];
    const back = [
      aRefund(20n, 'sent', { id: '1', factor: null }),
      aRefund(20n, 'sent', { id: '2', factor: HALF }),
    ];
    const statusWith = (some: RefundFact[]) => advance(aPayment(), factsAt(18, credits, some)).payment.status;
    expect([[], [back[0]], [back[1]]].map((some) => statusWith(some as RefundFact[]))).toEqual([
      'confirmed',
      'partially_paid',
      'confirmed',
    ]);
    expect(statusWith(back)).toBe('partially_paid');
  });
});

/** What happens in one block: money arrives, a refund is asked for, or one moves on. */
type Step = { credit: bigint } | { ask: bigint } | { move: number; to: RefundState } | null;

const aStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ credit: fc.bigInt({ min: 1n, max: 70n }) }),
  fc.record({ ask: fc.bigInt({ min: 1n, max: 70n }) }),
  fc.record({
    move: fc.nat({ max: 5 }),
    to: fc.constantFrom<RefundState>('sent', 'confirmed', 'failed', 'cancelled'),
  }),
  fc.constant(null),
);
const aStory = fc.array(aStep, { minLength: 1, maxLength: 16 });

const MAY_FOLLOW: Record<RefundState, readonly RefundState[]> = {
  created: ['sent', 'failed', 'cancelled'],
  sent: ['confirmed', 'failed'],
  confirmed: [],
  failed: [],
  cancelled: [],
};

/** Plays a story as the service does: no refund is more than is final and not given back yet. */
function play(story: readonly Step[]) {
  let payment = aPayment();
  const credits: Credit[] = [];
  let refunds: RefundFact[] = [];
  const snapshots: Facts[] = [];
  const lives: ReturnType<typeof advance>[] = [];
  story.forEach((step, index) => {
    const block = index + 1;
    if (step !== null && 'credit' in step) credits.push(aCredit(step.credit, block));
    if (step !== null && 'ask' in step) {
      const { refunded, promised } = givenBack(refunds);
      const isAfterConfirmation = payment.status === 'confirmed';
      if (refunded + promised + step.ask <= payment.amountConfirmed) {
        refunds = [...refunds, aRefund(step.ask, 'created', { id: `${index}`, isAfterConfirmation })];
      }
    }
    if (step !== null && 'move' in step) {
      refunds = refunds.map((refund, position) =>
        position === step.move && MAY_FOLLOW[refund.state].includes(step.to)
          ? { ...refund, state: step.to }
          : refund,
      );
    }
    const facts = factsAt(block, [...credits], refunds);
    snapshots.push(facts);
    const result = advance(payment, facts);
    lives.push(result);
    payment = result.payment;
  });
  return { payment, snapshots, lives };
}

const essence = ({ version: _version, detectedAt: _detectedAt, confirmedAt: _at, ...rest }: PaymentState) =>
  rest;
const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);

describe('a payment of which money goes back', () => {
  it('is never confirmed while what was received less what goes back is less than is due', () => {
    fc.assert(
      fc.property(aStory, (story) => {
        const { snapshots, lives } = play(story);
        lives.forEach(({ payment, events }, index) => {
          const { credits, refunds = [] } = snapshots[index] as Facts;
          const received = sum(credits.map(({ amount }) => amount));
          const { refunded, promised, beforeConfirmation } = givenBack(refunds);
          expect(payment.amountReceived).toBe(received);
          if (events.some(({ type }) => type === 'payment.confirmed')) {
            expect(received - refunded - promised).toBeGreaterThanOrEqual(DUE);
          }
          if (payment.status === 'detected' || payment.status === 'confirmed') {
            expect(received - beforeConfirmation).toBeGreaterThanOrEqual(DUE);
          }
        });
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same whatever the order of the facts, and however often they are told', () => {
    fc.assert(
      fc.property(aStory, (story) => {
        const { payment, snapshots } = play(story);
        const facts = snapshots.at(-1) as Facts;
        const again = {
          ...facts,
          credits: [...facts.credits, ...facts.credits].reverse(),
          refunds: [...(facts.refunds ?? []), ...(facts.refunds ?? [])].reverse(),
        };
        expect(advance(payment, again)).toEqual({ payment, events: [] });
      }),
      { numRuns: 1000 },
    );
  });

  it('ends in the same payment however the facts were cut into portions', () => {
    fc.assert(
      fc.property(aStory, fc.array(fc.nat({ max: 15 })), (story, stops) => {
        const { payment, snapshots } = play(story);
        const last = snapshots.length - 1;
        const cut = snapshots
          .filter((_facts, index) => stops.includes(index) || index === last)
          .reduce((state, facts) => advance(state, facts).payment, aPayment());
        expect(essence(cut)).toEqual(essence(payment));
      }),
      { numRuns: 2000 },
    );
  });

  it('without refunds is what it was before there were any', () => {
    fc.assert(
      fc.property(aStory, (story) => {
        for (const facts of play(story.filter((step) => step !== null && 'credit' in step)).snapshots) {
          const bare = { ...facts };
          delete bare.refunds;
          expect(advance(aPayment(), bare)).toEqual(advance(aPayment(), facts));
        }
      }),
    );
  });
});
