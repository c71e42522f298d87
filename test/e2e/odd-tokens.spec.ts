import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { OddSweep } from '../harness/odd-sweep.js';
import { type SweepWorld, TREASURY } from '../harness/sweep-world.js';

let scene: OddSweep;
let world: SweepWorld;
let odd: PaymentView;
beforeEach(async () => {
  scene = await OddSweep.start();
  ({ world, odd } = scene);
});
afterEach(() => world?.stop());

describe('a token', () => {
  it('that returns false is left, with the reason, before any gas is spent on it', async () => {
    await scene.mineAnd(world.odd.behave('returns_false'));
    expect(await scene.failed()).toMatchObject({ reason: expect.stringContaining('returns false') });
    expect(await world.outgoing(`recipient = '${odd.address.toLowerCase()}'`)).toEqual([]);
  });

  it('that takes a fee is swept, and what arrived is what is told', async () => {
    await scene.mineAnd(world.odd.behave('takes_fee'));
    await world.plan();
    const settled = await world.settled(odd.id);
    expect(settled.sweep?.amount).toBe('4950000');
    expect(await world.token(TREASURY, world.odd.address)).toBe(4_950_000n);
    expect(await world.sweepsOf(odd.id)).toMatchObject([{ amount: '5000000', received: '4950000' }]);
    await scene.othersGoOn();
  });
});
