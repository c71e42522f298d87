import { describe, expect, it } from '@jest/globals';
import { type PlaceFacts, type PlanFacts, planSweeps } from './plan.js';
import { toAddress, toChainId } from '../../ids/ids.js';

const TREASURY = toAddress(`0x${'5c'.repeat(20)}`);
const NOW = new Date('2026-03-01T12:00:00Z');

function place(index: number, facts: Partial<PlaceFacts> = {}): PlaceFacts {
  return {
    deposit: {
      paymentId: `payment ${index}`,
      merchantId: 'merchant',
      address: toAddress(`0x${index.toString(16).padStart(40, '0')}`),
      derivationIndex: index,
      status: 'confirmed',
      tokenAddress: null,
    },
    isRefundOpen: false,
    failed: null,
    wasForced: false,
    tokenProblem: null,
    money: {
      amount: 10n ** 18n,
      minimum: 0n,
      isNative: true,
      asset: 'native',
      valueWei: 10n ** 18n,
      feeWei: 10n ** 14n,
      isBatched: false,
    },
    isEmpty: false,
    transferIds: [],
    ...facts,
  };
}

function plan(places: PlaceFacts[], facts: Partial<PlanFacts> = {}) {
  return planSweeps({
    chainId: toChainId(1),
    treasury: TREASURY,
    maxFeeBps: 100,
    isForced: false,
    pause: { isPaused: false, reason: null },
    gasPrice: null,
    shared: { size: 1, wei: 0n },
    now: NOW,
    scannedNumber: 7,
    places,
    ...facts,
  });
}

function codes(places: PlaceFacts[], facts: Partial<PlanFacts> = {}): string[] {
  return plan(places, facts).planned.map(({ decision }) => (decision.go ? 'goes' : decision.code));
}

describe('a plan of sweeps', () => {
  it('sends what pays for itself to the treasury', () => {
    const { planned, empty } = plan([place(1), place(2)]);
    expect(planned.map(({ decision, treasury }) => [decision.go, treasury])).toEqual([
      [true, TREASURY],
      [true, TREASURY],
    ]);
    expect(empty).toEqual([]);
  });

  it('closes addresses where nothing is, and none where something is on its way', () => {
    const { planned, empty } = plan([
      place(1, { money: null, isEmpty: true, transferIds: ['transfer 1'] }),
      place(2, { money: null }),
      place(3),
    ]);
    expect(empty).toMatchObject([{ paymentId: 'payment 1', transferIds: ['transfer 1'] }]);
    expect(planned.map(({ deposit }) => deposit.paymentId)).toEqual(['payment 3']);
  });

  it('keeps what a refund wants, what failed a moment ago, and all while it is paused or gas is dear', () => {
    const failed = { failures: 1, lastAt: new Date(NOW.getTime() - 60_000) };
    const places = [place(1, { isRefundOpen: true }), place(2, { failed }), place(3)];
    expect(codes(places)).toEqual(['refund', 'failed_before', 'goes']);
    expect(codes(places, { pause: { isPaused: true, reason: 'audit' } })).toEqual([
      'paused',
      'paused',
      'paused',
    ]);
    const gasPrice = { code: 'gas_price' as const, reason: 'gas costs 9 wei, and max_gas_price is 1' };
    expect(codes(places, { gasPrice })).toEqual(['gas_price', 'gas_price', 'gas_price']);
  });

  it('tries again what failed long ago, and at once what is forced', () => {
    const failed = { failures: 1, lastAt: new Date(NOW.getTime() - 11 * 60_000) };
    expect(codes([place(1, { failed })])).toEqual(['goes']);
    const often = { failures: 9, lastAt: failed.lastAt };
    expect(codes([place(1, { failed: often })])).toEqual(['failed_before']);
    expect(codes([place(1, { failed: often })], { isForced: true })).toEqual(['goes']);
  });

  it('still forces what was forced for the treasury of yesterday', () => {
    const dear = { ...place(1).money, feeWei: 10n ** 17n } as PlaceFacts['money'];
    expect(codes([place(1, { money: dear })])).toEqual(['fee_share']);
    const { planned } = plan([place(1, { money: dear, wasForced: true })]);
    expect(planned[0]).toMatchObject({ decision: { go: true }, candidate: { isForced: true } });
  });
});
