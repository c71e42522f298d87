import fc from 'fast-check';
import { type RefundFact, type RefundState } from '../../src/payments/given-back.js';
import { type Lot, lotsFor } from '../../src/payments/lots.js';
import { type Fraction, Parts, type Piece } from '../../src/payments/parts.js';
import { holdingsOf } from '../../src/payments/tally.js';
import { type Credit } from '../../src/payments/payment-state.js';

const ASKED = 10n ** 18n;

type Step =
  /** Money arrives; or counts from now on, that came between others. */
  | { arrives: bigint; factor: Fraction | null; place: number | null }
  /** So many hundredths of what is left go back: of the payment, or of the deposit in this place. */
  | { back: bigint; of: number | null; isLater: boolean }
  /** What was asked for comes to nothing. */
  | { cancel: number };

const aFactor = fc.option(
  fc
    .tuple(fc.bigInt({ min: 1n, max: 30n }), fc.bigInt({ min: 1n, max: 12n }))
    .map(([numerator, denominator]) => ({ numerator, denominator })),
  { freq: 2 },
);
const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      arrives: fc.oneof(fc.bigInt({ min: 1n, max: 9n }), fc.bigInt({ min: 1n, max: 2n * ASKED })),
      factor: aFactor,
      place: fc.option(fc.nat({ max: 9 }), { freq: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      back: fc.oneof(fc.constant(100n), fc.bigInt({ min: 0n, max: 100n })),
      of: fc.option(fc.nat({ max: 9 }), { freq: 2 }),
      isLater: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ cancel: fc.nat({ max: 9 }) }) },
);
const aStory = fc.array(aStep, { maxLength: 14 });

/** What came and goes back of a payment with one option, as the product keeps it. */
class Story {
  readonly pieces: Piece[] = [];
  refunds: RefundFact[] = [];
  private readonly ofDeposits = new Map<Piece, bigint>();
  private count = 0;

  static of(steps: readonly Step[]): Story {
    const story = new Story();
    steps.forEach((step) => story.take(step));
    return story;
  }

  take(step: Step): void {
    if ('arrives' in step) this.arrives(step.arrives, step.factor, step.place);
    else if ('back' in step) this.back(step);
    else this.cancel(step.cancel);
  }

  arrives(amount: bigint, factor: Fraction | null, place: number | null = null): Piece {
    const piece = { amount, factor };
    this.pieces.splice(place ?? this.pieces.length, 0, piece);
    return piece;
  }

  /** What is left may be more than is left of the deposit. */
  back({ back, of, isLater }: Extract<Step, { back: bigint }>): void {
    const deposit = of === null ? undefined : this.pieces[of];
    if (of !== null && deposit === undefined) return;
    const ofDeposit = deposit && deposit.amount - (this.ofDeposits.get(deposit) ?? 0n);
    const amount = (least(this.left(), ofDeposit ?? this.left()) * back) / 100n;
    if (amount > 0n) this.ask(amount, deposit, isLater);
  }

  /** As the product asks: the lots are settled now. */
  ask(amount: bigint, deposit?: Piece, isAfterConfirmation = false): Lot[] {
    const final = sumOf(this.pieces);
    const own = deposit && (deposit.factor ?? null);
    const lots = lotsFor(amount, { pieces: this.pieces, refunds: this.refunds, final }, own);
    const rest = amount - sumOf(lots);
    const of = { state: 'created' as RefundState, isAfterConfirmation };
    this.count += 1;
    for (const [index, lot] of lots.entries())
      this.refunds.push({ id: `${this.count} ${index}`, ...of, ...lot });
    if (rest > 0n) this.refunds.push({ id: `${this.count}`, ...of, amount: rest });
    if (deposit) this.ofDeposits.set(deposit, (this.ofDeposits.get(deposit) ?? 0n) + amount);
    return lots;
  }

  cancel(which: number): void {
    const [of] = this.refunds[which]?.id.split(' ') ?? [];
    this.refunds = this.refunds.filter(({ id }) => id.split(' ')[0] !== of);
  }

  left(): bigint {
    return sumOf(this.pieces) - sumOf(this.refunds);
  }

  parts(): Parts {
    return new Parts([this.holding()]);
  }

  /** What the refunds take, in all and before the confirmation alone: a fraction of the whole each. */
  taken(isMeant: (refund: RefundFact) => boolean = () => true): Fraction {
    const parts = this.parts();
    return { numerator: parts.back(0, isMeant), denominator: parts.whole };
  }

  private holding() {
    const credits = this.pieces.map((piece, index): Credit => ({
      ...piece,
      txHash: null,
      ordinal: index,
      kind: 'native',
      blockNumber: index,
      blockTime: new Date(0),
    }));
    return holdingsOf([{ amount: ASKED }], credits, this.refunds)[0] as ReturnType<typeof holdingsOf>[number];
  }
}

/** Whatever comes later, and wherever in the order of the chain, an earlier refund takes what it took. */
export function assertSettled(numRuns: number): void {
  const later = fc.array(
    aStep.filter((step) => 'arrives' in step),
    { minLength: 1, maxLength: 5 },
  );
  const property = fc.property(aStory, later, (steps, arrivals) => {
    const story = Story.of(steps);
    const before = [story.taken(), story.taken(({ isAfterConfirmation }) => !isAfterConfirmation)];
    for (const arrival of arrivals) story.take(arrival);
    const after = [story.taken(), story.taken(({ isAfterConfirmation }) => !isAfterConfirmation)];
    return before.every((one, index) => isSame(one, after[index] as Fraction));
  });
  fc.assert(property, { numRuns });
}

/** With all of it back nothing is left, exactly; what comes then counts in full. */
export function assertNothingLeft(numRuns: number): void {
  const property = fc.property(aStory, aFactor, (steps, factor) => {
    const story = Story.of(steps);
    if (story.left() > 0n) story.ask(story.left());
    const parts = story.parts();
    if (parts.came() !== parts.allBack()) return false;
    const fresh = story.arrives(ASKED / 3n, factor);
    const now = story.parts();
    return now.came() - now.allBack() === now.of(0, fresh);
  });
  fc.assert(property, { numRuns });
}

/** What is asked for at the same moment takes the same in any order. */
export function assertAnyOrder(numRuns: number): void {
  const asked = fc.array(
    fc.record({ share: fc.bigInt({ min: 1n, max: 33n }), of: fc.option(fc.nat({ max: 9 }), { freq: 2 }) }),
    { minLength: 2, maxLength: 3 },
  );
  const property = fc.property(aStory, asked, (steps, refunds) => {
    const takes = [refunds, [...refunds].reverse()].map((inOrder) => {
      const story = Story.of(steps);
      const left = story.left();
      for (const { share, of } of inOrder) {
        const amount = (left * share) / 100n;
        if (amount > 0n) story.ask(amount, of === null ? undefined : story.pieces[of]);
      }
      return story.taken();
    });
    return isSame(takes[0] as Fraction, takes[1] as Fraction);
  });
  fc.assert(property, { numRuns });
}

/** No more is taken than came, in all and of what was asked for before the confirmation; a further refund takes no less. */
export function assertNeverNegative(numRuns: number): void {
  const property = fc.property(aStory, fc.boolean(), (steps, isMinedAgain) => {
    const story = new Story();
    let before: Fraction = { numerator: 0n, denominator: 1n };
    return steps.every((step) => {
      story.take(step);
      // A reorg: the same money, late by then, at another rate.
      if (isMinedAgain && story.pieces[0])
        story.pieces[0] = { ...story.pieces[0], factor: { numerator: 1n, denominator: 13n } };
      const parts = story.parts();
      const [all, some] = [parts.allBack(), parts.allBack(({ isAfterConfirmation }) => !isAfterConfirmation)];
      const isMore = !('back' in step) || isMinedAgain || !isLess(story.taken(), before);
      before = story.taken();
      const isEmpty = story.left() > 0n || all === parts.came();
      return some >= 0n && some <= all && all <= parts.came() && isMore && isEmpty;
    });
  });
  fc.assert(property, { numRuns });
}

/** Its numbers stay small, and it is quick, though a part of each of 500 specks goes back, each at another rate. */
export function digitsAfterSpecks(count: number): { digits: number; ms: number; left: bigint } {
  const story = new Story();
  story.arrives(ASKED, null);
  for (let speck = 0; speck < count; speck++) {
    const numerator = 10n ** 17n + BigInt(speck) * 7_919n;
    story.arrives(BigInt(speck + 1), { numerator, denominator: 10n ** 17n * 3n });
    story.ask(BigInt(Math.ceil((speck + 1) / 2)));
  }
  const begunMs = performance.now();
  const half = story.parts();
  const digits = Math.max(half.whole.toString().length, half.came().toString().length);
  half.allBack();
  const ms = performance.now() - begunMs;
  story.ask(story.left());
  const parts = story.parts();
  return { digits, ms, left: parts.came() - parts.allBack() };
}

function sumOf(some: readonly { amount: bigint }[]): bigint {
  return some.reduce((sum, { amount }) => sum + amount, 0n);
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function isSame(a: Fraction, b: Fraction): boolean {
  return a.numerator * b.denominator === b.numerator * a.denominator;
}

function isLess(a: Fraction, b: Fraction): boolean {
  return a.numerator * b.denominator < b.numerator * a.denominator;
}
