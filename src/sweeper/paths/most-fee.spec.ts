import { describe, expect, it } from '@jest/globals';
import { type ChainConfig } from '../../config/chains.js';
import { type Settings } from '../../config/settings.js';
import { toAddress, toTokenAddress } from '../../ids/ids.js';
import { type AssetWorth } from '../../rates/asset-worth.js';
import { type Candidate, decideTogether } from '../planning/decide.js';
import { isAboveShare } from '../planning/fee-ceiling.js';
import { type Sweep } from '../sweep.entity.js';
import { MostFee } from './most-fee.js';
import { payTogether } from './pay-together.js';

const BPS = 500;
const TOKEN = toTokenAddress(`0x${'cc'.repeat(20)}`);
const chain = { sweep: { enabled: true, minimum: 0n, maxFee: 77n } } as ChainConfig;
const native = (amount: bigint) => ({ amount, valueWei: amount, isNative: true, asset: 'native' });
const token = (amount: bigint) => ({ amount, valueWei: amount, isNative: false, asset: 'token' });

/** One wei each when they are planned. */
function planned(
  given: (Pick<Candidate, 'amount' | 'valueWei' | 'isNative' | 'asset'> & { feeWei: bigint })[],
  { isBatched = false, shared = 0n } = {},
) {
  const all = given.map((one) => ({ ...one, minimum: 0n, isForced: false, isBatched, obstacle: null }));
  const { candidates, decisions } = decideTogether(all, BPS, { size: 20, wei: shared });
  expect(decisions.map(({ go }) => go)).toEqual(given.map(() => true));
  return candidates.map(({ amount, feeWei, valueWei, isNative }) => {
    const isCarried = isAboveShare(feeWei, valueWei, BPS);
    const from = toAddress(`0x${'aa'.repeat(20)}`);
    return {
      isForced: false,
      isCarried,
      tokenAddress: isNative ? null : TOKEN,
      amount,
      from,
      estimatedFee: feeWei,
    } as Sweep;
  });
}

/** What each may cost by the time it is signed. @param fall what the token's price is divided by since */
function mostOf(sweeps: readonly Sweep[], fall: bigint | null) {
  const worth = {
    inWei: (_manager: null, _chain: ChainConfig, asset: string | null, amount: bigint) =>
      Promise.resolve(asset === null ? amount : fall === null ? null : amount / fall),
  } as unknown as AssetWorth;
  const mostFee = new MostFee({ sweepMaxFeeBps: BPS } as Settings, worth);
  return Promise.all(sweeps.map((sweep) => mostFee.of(chain, sweep, sweep.amount)));
}

describe('a sweep that is signed after its token fell', () => {
  it.each([1n, 2n, 10n, 100n])('to 1/%s pays for itself by then, or waits', async (fall) => {
    const sweeps = planned([{ ...token(10_000n), feeWei: 500n }]);
    const [most] = await mostOf(sweeps, fall);
    expect(most).toBe(500n / fall);
    expect(500n <= (most as bigint)).toBe(fall === 1n);
  });

  it('goes with no others of its batch either', async () => {
    const sweeps = planned(
      [token(10_000n), token(10_000n)].map((one) => ({ ...one, feeWei: 300n })),
      {
        isBatched: true,
        shared: 400n,
      },
    );
    for (const [fall, going] of [
      [1n, 2],
      [2n, 0],
      [100n, 0],
    ] as const) {
      const most = await mostOf(sweeps, fall);
      const parts = most.map((mostFee) => ({ ownFee: 300n, mostFee }));
      expect(payTogether(parts, 400n).going).toHaveLength(going);
    }
  });

  it('costs what was planned and an eighth at the most, where others of the plan carry it', async () => {
    const sweeps = planned([
      { ...native(100_000n), feeWei: 10n },
      { ...token(1_000n), feeWei: 80n },
    ]);
    expect(sweeps.map(({ isCarried }) => isCarried)).toEqual([false, true]);
    for (const fall of [1n, 10n, 1_000n]) expect((await mostOf(sweeps, fall))[1]).toBe(90n);
  });

  it('has the ceiling of what nobody has priced, where there is no rate any more', async () => {
    const sweeps = planned([{ ...token(10_000n), feeWei: 500n }]);
    expect(await mostOf(sweeps, null)).toEqual([77n]);
    expect(
      await mostOf(
        sweeps.map((sweep) => ({ ...sweep, isForced: true })),
        null,
      ),
    ).toEqual([null]);
  });
});
