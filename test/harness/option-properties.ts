import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { toChainId, toTxHash } from '../../src/ids/ids.js';
import {
  advance,
  type Credit,
  enough,
  type Facts,
  type MovablePayment,
  type OptionState,
  type PaymentState,
  type Position,
} from '../../src/payments/lifecycle.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const START_MS = Date.parse('2026-01-01T10:00:00Z');
const EXPIRES = new Date(START_MS + HOUR_MS);
const LATE_WATCH_MS = 24 * HOUR_MS;

export type PaymentOfOptions = MovablePayment & { options: readonly OptionState[] };

/** Each option on a chain of its own, whose id is its place behind 100. */
export function paymentOf(amounts: readonly bigint[], required: readonly number[] = []): PaymentOfOptions {
  const options = amounts.map((amount, index): OptionState => ({
    ...nothing(amount, required[index] ?? 3),
    chainId: toChainId(100 + index),
    chain: `chain ${index}`,
    tokenId: null,
  }));
  return {
    ...(options[0] as OptionState),
    status: 'pending',
    exception: null,
    underpaymentToleranceBps: 0,
    version: 1,
    expiresAt: EXPIRES,
    detectedAt: null,
    confirmedAt: null,
    settledAt: null,
    cancelledAt: null,
    options,
  };
}

function nothing(amount: bigint, requiredConfirmations: number) {
  const sums = { amountReceived: 0n, amountConfirmed: 0n, confirmations: 0, detectedInBlock: null };
  return { amount, requiredConfirmations, ...sums, recheckAtBlock: null, recheckAtTime: EXPIRES };
}

export function creditOf(
  option: number,
  amount: bigint,
  blockNumber: number,
  overrides: Partial<Credit> = {},
): Credit {
  return {
    txHash: toTxHash(`0x${hash('sha256', `${option} ${amount} ${blockNumber}`)}`),
    ordinal: 0,
    kind: 'erc20',
    amount,
    blockNumber,
    blockTime: timeOf(blockNumber),
    option,
    ...overrides,
  };
}

export function timeOf(block: number): Date {
  return new Date(START_MS + block * MINUTE_MS);
}

/** @param numbers how far each option's chain has been scanned; null: not at all */
export function factsOf(credits: readonly Credit[], numbers: readonly (number | null)[]): Facts {
  const chains = new Map<number, Position>();
  numbers.forEach((number, index) => {
    if (number !== null) chains.set(100 + index, { number, time: timeOf(number), finalNumber: null });
  });
  const scanned = { number: 0, time: new Date(0) };
  return { credits, scanned, finalNumber: null, chains, lateWatchMs: LATE_WATCH_MS, now: new Date(0) };
}

const anAmount = fc.oneof(
  fc.bigInt({ min: 1n, max: 20n }),
  fc.bigInt({ min: 1n, max: 10n ** 9n }),
  fc.bigInt({ min: 1n, max: 10n ** 30n }),
);
const amountsOf = fc.array(anAmount, { minLength: 1, maxLength: 5 });

interface Story {
  amounts: bigint[];
  required: number[];
  credits: Credit[];
}

/** Transfers to any of the options, small and large beside what is due, in the first 80 blocks of each chain. */
const aStory: fc.Arbitrary<Story> = amountsOf.chain((amounts) => {
  const aCredit = fc
    .record({
      option: fc.nat({ max: amounts.length - 1 }),
      share: fc.bigInt({ min: 1n, max: 1000n }),
      block: fc.integer({ min: 1, max: 80 }),
      ordinal: fc.nat({ max: 3 }),
      factor: fc.option(fc.tuple(fc.bigInt({ min: 1n, max: 99n }), fc.bigInt({ min: 1n, max: 99n })), {
        freq: 8,
      }),
    })
    .map(({ option, share, block, ordinal, factor }) => {
      const amount = ((amounts[option] as bigint) * share) / 1500n + 1n;
      const exact = factor && { numerator: factor[0], denominator: factor[1] };
      // Only late money is worth something else.
      return creditOf(option, amount, block, { ordinal, factor: timeOf(block) > EXPIRES ? exact : null });
    });
  return fc.record({
    amounts: fc.constant(amounts),
    required: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 5, maxLength: 5 }),
    credits: fc.array(aCredit, { maxLength: 8 }),
  });
});

/** What of a payment does not depend on how it came there. */
function essence({ version: _v, detectedAt: _d, confirmedAt: _c, settledAt: _s, ...rest }: MovablePayment) {
  return rest;
}

function require(holds: boolean, what: () => string): void {
  if (!holds) throw new Error(what());
}

const text = (value: unknown) =>
  JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? `${one}n` : one), 1);

/** Any order and repetition of the facts, taken in at any moments and chain by chain, end in the same payment. */
export function assertSameEnd(numRuns: number): void {
  const aWalk = fc.array(fc.tuple(fc.nat({ max: 4 }), fc.integer({ min: 1, max: 30 })), { maxLength: 12 });
  fc.assert(
    fc.property(aStory, aWalk, fc.nat(), ({ amounts, required, credits }, walk, seed) => {
      const end = amounts.map(() => 200);
      const atOnce = advance(paymentOf(amounts, required), factsOf(credits, end)).payment;
      let payment = paymentOf(amounts, required);
      const numbers = amounts.map(() => 0);
      const shuffled = [...credits, ...credits].sort((a, b) => place(a, seed) - place(b, seed));
      for (const [chain, blocks] of [...walk, ...amounts.map((_one, chain) => [chain, 200] as const)]) {
        const at = chain % amounts.length;
        numbers[at] = Math.min(200, (numbers[at] as number) + blocks);
        const seen = shuffled.filter((one) => one.blockNumber <= (numbers[one.option ?? 0] as number));
        payment = advance(payment, factsOf(seen, numbers)).payment;
        require(advance(payment, factsOf(seen, numbers)).events.length === 0, () =>
          `the same facts a second time said something new: ${text(payment)}`);
      }
      require(isDeepStrictEqual(essence(payment), essence(atOnce)), () =>
        `at once ${text(essence(atOnce))}, step by step ${text(essence(payment))}`);
    }),
    { numRuns },
  );
}

/** The transfers of an asset in a block are as good as their sum, at any height and however they follow one another. */
export function assertSums(numRuns: number): void {
  fc.assert(
    fc.property(aStory, fc.integer({ min: 1, max: 120 }), ({ amounts, required, credits }, height) => {
      const numbers = amounts.map(() => height);
      const seen = credits.filter(({ blockNumber }) => blockNumber <= height);
      const singly = advance(paymentOf(amounts, required), factsOf(seen, numbers));
      const summed = advance(paymentOf(amounts, required), factsOf(sumsOf(seen), numbers));
      require(isDeepStrictEqual(summed, singly), () =>
        `${text(singly)} of ${text(seen)} became ${text(summed)}`);
    }),
    { numRuns },
  );
}

function sumsOf(credits: readonly Credit[]): Credit[] {
  const distinct = new Map(credits.map((one) => [`${one.option} ${one.txHash} ${one.ordinal}`, one]));
  const sums = new Map<string, Credit>();
  for (const one of distinct.values()) {
    const key = `${one.option} ${one.blockNumber} ${one.factor?.numerator}/${one.factor?.denominator}`;
    const amount = (sums.get(key)?.amount ?? 0n) + one.amount;
    sums.set(key, { ...one, amount, txHash: null, ordinal: sums.size, kind: 'sum' });
  }
  return [...sums.values()];
}

function place({ blockNumber, ordinal, option = 0 }: Credit, seed: number): number {
  return (blockNumber * 31 + ordinal * 7 + option * 13 + seed) % 17;
}

/**
 * A payment of which one base unit is missing, of any of its assets, is not paid; with it, it is; and a part that is sent
 * in pieces is worth what it is worth in one.
 */
export function assertExactSum(numRuns: number): void {
  const aCase = fc
    .array(fc.bigInt({ min: 1n, max: 10n ** 30n }), { minLength: 2, maxLength: 5 })
    .chain((units) =>
      fc.record({
        units: fc.constant(units),
        // Parts of one whole that add up to it exactly.
        shares: fc.array(fc.bigInt({ min: 1n, max: 10n ** 6n }), {
          minLength: units.length,
          maxLength: units.length,
        }),
        short: fc.nat({ max: units.length - 1 }),
        pieces: fc.integer({ min: 1, max: 4 }),
      }),
    );
  fc.assert(
    fc.property(aCase, ({ units, shares, short, pieces }) => {
      const sum = shares.reduce((total, share) => total + share, 0n);
      // Of each option the sum of the shares divides the amount: the parts are whole base units.
      const amounts = units.map((unit) => unit * sum);
      const parts = shares.map((share, index) => share * (units[index] as bigint));
      const paid = (less: bigint) =>
        parts.flatMap((part, option) => inPieces(option, part - (option === short ? less : 0n), pieces));
      const at = amounts.map(() => 30);
      const whole = advance(paymentOf(amounts), factsOf(paid(0n), at)).payment;
      require(whole.status === 'confirmed' && whole.exception === null, () =>
        `paid whole it is ${whole.status}, ${whole.exception}: ${text({ amounts, parts })}`);
      const less = advance(paymentOf(amounts), factsOf(paid(1n), at)).payment;
      require(less.status === 'partially_paid' || less.status === 'pending', () =>
        `a base unit short it is ${less.status}: ${text({ amounts, parts, short })}`);
      const more = advance(paymentOf(amounts), factsOf([...paid(0n), ...aUnitOfEach(amounts)], at)).payment;
      require(more.exception === 'overpaid', () => `with more of each it is ${more.exception}`);
    }),
    { numRuns },
  );
}

function inPieces(option: number, amount: bigint, count: number): Credit[] {
  const piece = amount / BigInt(count);
  const all = Array.from({ length: count - 1 }, (_one, ordinal) =>
    creditOf(option, piece, 5 + ordinal, { ordinal }),
  );
  const last = creditOf(option, amount - piece * BigInt(count - 1), 20, { ordinal: count });
  return [...all, last].filter((one) => one.amount > 0n);
}

function aUnitOfEach(amounts: readonly bigint[]): Credit[] {
  return amounts.map((_one, option) => creditOf(option, 1n, 21, { ordinal: 99 }));
}

/**
 * A payment is covered exactly when the sum of what came, each over what was asked for in its asset, reaches 1 less the
 * tolerance: as ordinary fractions say, added one after the other.
 */
export function assertCoveredAsFractionsSay(numRuns: number): void {
  fc.assert(
    fc.property(aStory, fc.integer({ min: 0, max: 1000 }), ({ amounts, required, credits }, bps) => {
      const payment = { ...paymentOf(amounts, required), underpaymentToleranceBps: bps };
      const { payment: next } = advance(
        payment,
        factsOf(
          credits,
          amounts.map(() => 200),
        ),
      );
      const distinct = [
        ...new Map(credits.map((one) => [`${one.option} ${one.txHash} ${one.ordinal}`, one])).values(),
      ];
      let [numerator, denominator] = [0n, 1n];
      for (const { option = 0, amount, factor } of distinct) {
        const top = amount * (factor?.numerator ?? 1n);
        const bottom = (amounts[option] as bigint) * (factor?.denominator ?? 1n);
        [numerator, denominator] = [numerator * bottom + top * denominator, denominator * bottom];
      }
      const isPaid = numerator * 10_000n >= denominator * BigInt(10_000 - bps);
      const paid = ['confirmed', 'settled'].includes(next.status);
      require(paid === isPaid, () => `${next.status} at ${numerator}/${denominator}: ${text(credits)}`);
      const shown = next.options.reduce((sum, { amountReceived }) => sum + amountReceived, 0n);
      const came = distinct.reduce((sum, { amount }) => sum + amount, 0n);
      require(shown === came, () => `${came} came and ${shown} are shown`);
    }),
    { numRuns },
  );
}

/** A payment with one option moves as one that has none, step by step; and is paid by the least that is enough. */
export function assertOneOptionAsNone(numRuns: number): void {
  const aStop = fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 6 });
  fc.assert(
    fc.property(aStory, aStop, fc.integer({ min: 0, max: 1000 }), (story, stops, bps) => {
      const amount = story.amounts[0] as bigint;
      const credits = story.credits
        .filter(({ option }) => option === 0)
        .map((one) => ({ ...one, factor: null }));
      let offered: PaymentOfOptions = { ...paymentOf([amount]), underpaymentToleranceBps: bps };
      let plain: PaymentState = {
        ...offered,
        options: undefined,
        recheckAtBlock: null,
        recheckAtTime: EXPIRES,
      };
      for (const stop of [...stops, 200]) {
        const seen = credits.filter(({ blockNumber }) => blockNumber <= stop);
        const one = advance(offered, factsOf(seen, [stop]));
        const scanned = { number: stop, time: timeOf(stop) };
        const none = advance(plain, { ...factsOf(seen, []), chains: undefined, scanned });
        [offered, plain] = [one.payment, none.payment];
        require(isDeepStrictEqual(
          one.events.map(({ type }) => type),
          none.events.map(({ type }) => type),
        ), () => `${text(one.events)} and ${text(none.events)}`);
        const { options, ...flat } = one.payment;
        const { recheckAtBlock, recheckAtTime } = options[0] as OptionState;
        require(isDeepStrictEqual(
          { ...flat, options: undefined, recheckAtBlock, recheckAtTime },
          none.payment,
        ), () => `${text(flat)} and ${text(none.payment)}`);
        require(!['detected', 'confirmed'].includes(plain.status) ||
          plain.amountReceived >= enough(plain), () =>
          `${plain.status} with ${plain.amountReceived} of ${amount}`);
      }
    }),
    { numRuns },
  );
}

/** While a chain that it offers has not been scanned past its end, a payment does not expire, whatever the others show. */
export function assertWaitsForEveryChain(numRuns: number): void {
  fc.assert(
    fc.property(aStory, fc.nat({ max: 4 }), fc.option(fc.integer({ min: 0, max: 60 })), (story, down, at) => {
      const { amounts, required } = story;
      fc.pre(amounts.length > 1);
      const behind = down % amounts.length;
      const credits = story.credits.filter(
        ({ option, blockNumber }) => option !== behind || blockNumber <= (at ?? -1),
      );
      const numbers = amounts.map((_one, index) => (index === behind ? at : 2000));
      const waiting = advance(paymentOf(amounts, required), factsOf(credits, numbers)).payment;
      require(waiting.status !== 'expired', () => `expired while chain ${behind} was at ${at}`);
      const isOpen = waiting.status === 'pending' || waiting.status === 'partially_paid';
      const looked = waiting.options.map(({ recheckAtTime }) => recheckAtTime !== null);
      // Only that chain is to be looked at again: the others would be looked at in each of their steps.
      require(!isOpen ||
        isDeepStrictEqual(
          looked,
          amounts.map((_one, index) => index === behind),
        ), () => `to be looked at: ${looked.join()}`);
      const back = numbers.map(() => 2000);
      const ended = advance(waiting, factsOf(credits, back)).payment;
      require(!isOpen || ended.status === 'expired', () => `it ended as ${ended.status}`);
    }),
    { numRuns },
  );
}
