import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type DepositEventType,
  depositEvent,
  type DepositFacts,
  depositState,
  type DepositState,
  doesCount,
  UNCOUNTED_REASONS,
  whyNotCounted,
} from './counting.js';
import { toChainId, toTokenAddress } from '../ids/ids.js';

const DAY = 86_400_000;
const expiresAt = new Date('2026-01-01T00:00:00Z');
const LARGEST = 2n ** 256n - 1n;
const TOKEN = toTokenAddress(`0x${'70'.repeat(20)}`);
const OTHER = toTokenAddress(`0x${'71'.repeat(20)}`);
const CHAIN_ID = toChainId(1);
const option = { chainId: CHAIN_ID, amount: 5n, tokenAddress: TOKEN };
const expected = {
  options: [option],
  expiresAt,
  cancelledAt: null,
  status: 'expired' as const,
};
const arrived = { chainId: CHAIN_ID, amount: 5n, tokenAddress: TOKEN, blockTime: expiresAt };

describe('whyNotCounted', () => {
  it('counts the asset asked for, up to the last moment of the watch window', () => {
    expect(whyNotCounted(expected, arrived, DAY)).toBeNull();
    expect(whyNotCounted(expected, { ...arrived, blockTime: new Date(+expiresAt + DAY) }, DAY)).toBeNull();
  });

  it.each([
    ['after_watch', { blockTime: new Date(+expiresAt + DAY + 1) }],
    ['wrong_asset', { tokenAddress: null }],
    ['wrong_asset', { tokenAddress: OTHER }],
    ['wrong_chain', { chainId: toChainId(56) }],
    ['wrong_chain', { chainId: toChainId(56), tokenAddress: null }],
    ['absurd_amount', { amount: LARGEST }],
    ['absurd_amount', { amount: 2n ** 192n + 1n, tokenAddress: OTHER }],
  ])('says %s', (reason, difference) => {
    expect(whyNotCounted(expected, { ...arrived, ...difference }, DAY)).toBe(reason);
  });

  it('counts any amount that was asked for, and any of the native asset', () => {
    expect(whyNotCounted(expected, { ...arrived, amount: 2n ** 192n }, DAY)).toBeNull();
    expect(
      whyNotCounted(
        { ...expected, options: [{ ...option, amount: LARGEST }] },
        { ...arrived, amount: LARGEST },
        DAY,
      ),
    ).toBeNull();
    const native = { ...arrived, amount: LARGEST, tokenAddress: null };
    expect(
      whyNotCounted({ ...expected, options: [{ ...option, tokenAddress: null }] }, native, DAY),
    ).toBeNull();
  });

  it('counts each of the assets that the payment may be paid in, on its own chain alone', () => {
    const elsewhere = { chainId: toChainId(56), amount: 9n, tokenAddress: null };
    const either = { ...expected, options: [option, elsewhere] };
    expect(whyNotCounted(either, arrived, DAY)).toBeNull();
    expect(whyNotCounted(either, { ...arrived, ...elsewhere }, DAY)).toBeNull();
    expect(whyNotCounted(either, { ...arrived, tokenAddress: null }, DAY)).toBe('wrong_asset');
    expect(whyNotCounted(either, { ...arrived, chainId: toChainId(56) }, DAY)).toBe('wrong_asset');
    expect(whyNotCounted(either, { ...arrived, chainId: toChainId(10) }, DAY)).toBe('wrong_chain');
  });

  it('counts towards a cancelled payment what was mined before, whenever it is seen', () => {
    const cancelledAt = arrived.blockTime;
    const cancelled = { ...expected, status: 'cancelled' as const, cancelledAt };
    expect(whyNotCounted(cancelled, arrived, DAY)).toBeNull();
    const later = { ...arrived, blockTime: new Date(+cancelledAt + 1) };
    expect(whyNotCounted(cancelled, later, DAY)).toBe('payment_cancelled');
    expect(whyNotCounted({ ...cancelled, status: 'confirmed' }, later, DAY)).toBe('payment_cancelled');
  });

  it('counts nothing more towards a payment that has failed, and more towards one that is confirmed', () => {
    expect(whyNotCounted({ ...expected, status: 'failed' }, arrived, DAY)).toBe('payment_failed');
    expect(whyNotCounted({ ...expected, status: 'confirmed' }, arrived, DAY)).toBeNull();
  });

  it('counts towards a payment on several chains what was mined before it failed, whenever it is seen', () => {
    const failedAt = arrived.blockTime;
    const elsewhere = { ...option, chainId: toChainId(10) };
    const failed = { ...expected, options: [option, elsewhere], status: 'failed' as const, failedAt };
    expect(whyNotCounted(failed, arrived, DAY)).toBeNull();
    const later = { ...arrived, blockTime: new Date(+failedAt + 1) };
    expect(whyNotCounted(failed, later, DAY)).toBe('payment_failed');
    expect(whyNotCounted({ ...failed, failedAt: null }, arrived, DAY)).toBe('payment_failed');
    expect(whyNotCounted({ ...expected, status: 'failed', failedAt }, arrived, DAY)).toBe('payment_failed');
  });
});

describe('doesCount', () => {
  it('counts late money that was accepted, and never another asset or chain', () => {
    const deposit = { state: 'included' as const, resolution: 'accepted' as const };
    const counting = UNCOUNTED_REASONS.filter((uncountedReason) =>
      doesCount({ ...deposit, uncountedReason }),
    );
    expect(counting).toEqual(['after_watch', 'payment_cancelled', 'rate_unknown']);
  });
});

type Fact = Partial<DepositFacts>;
/** What may happen to a deposit, in any order: mined here or there, taken away, accepted, ignored. */
const aLife = fc.array(
  fc.oneof(
    fc.constant<Fact>({ state: 'orphaned' }),
    fc
      .constantFrom(null, ...UNCOUNTED_REASONS)
      .map((uncountedReason): Fact => ({ state: 'included', uncountedReason })),
    fc.constantFrom('accepted' as const, 'ignored' as const).map((resolution): Fact => ({ resolution })),
  ),
  { maxLength: 12 },
);
const SAYS: Record<DepositEventType, DepositState> = {
  'deposit.unassigned': 'unassigned',
  'deposit.accepted': 'accepted',
  'deposit.ignored': 'ignored',
  'deposit.reorged': 'orphaned',
  'deposit.counted': 'counted',
};

/** As the database and its transactions do it: the fact, then the event about it, if there is one. */
function live(life: readonly Fact[]): {
  deposit: DepositFacts;
  announced: DepositState | null;
  told: DepositState[];
} {
  let deposit: DepositFacts = { state: 'included', uncountedReason: null, resolution: null };
  let announced: DepositState | null = null;
  const told: DepositState[] = [];
  for (const fact of life) {
    // Nobody can decide about what counts or is gone.
    if (fact.resolution && !['unassigned', 'ignored'].includes(depositState(deposit))) continue;
    deposit = { ...deposit, ...fact };
    const event = depositEvent(announced, depositState(deposit));
    if (!event) continue;
    announced = depositState(deposit);
    told.push(SAYS[event]);
  }
  return { deposit, announced, told };
}

describe('depositEvent, for any life of a deposit', () => {
  it('leaves a merchant knowing what it is now, unless it was never anything but counted', () => {
    fc.assert(
      fc.property(aLife, (life) => {
        const { deposit, told } = live(life);
        const now = depositState(deposit);
        if (told.length > 0 && !(now === 'orphaned' && told.at(-1) === 'counted'))
          expect(told.at(-1)).toBe(now);
        if (told.length === 0) expect(['counted', 'orphaned']).toContain(now);
      }),
      { numRuns: 2000 },
    );
  });

  it('says each thing once, however often the same fact is applied again', () => {
    fc.assert(
      fc.property(aLife, (life) => {
        const twice = live(life.flatMap((fact) => [fact, fact, fact]));
        expect(twice).toEqual(live(life));
        expect(twice.told.some((state, index) => index > 0 && twice.told[index - 1] === state)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('counts nothing that a reorg took away or that nobody accepted', () => {
    fc.assert(
      fc.property(aLife, (life) => {
        const { deposit } = live(life);
        if (!doesCount(deposit)) return;
        expect(deposit.state).toBe('included');
        expect(deposit.uncountedReason === null || deposit.resolution === 'accepted').toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
