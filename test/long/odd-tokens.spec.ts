import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { getAddress, Transaction } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { OddSweep } from '../harness/odd-sweep.js';
import { type SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';

let scene: OddSweep;
let world: SweepWorld;
let odd: PaymentView;
beforeEach(async () => {
  scene = await OddSweep.start();
  ({ world, odd } = scene);
});
afterEach(() => world?.stop());

describe('a token', () => {
  it('that is paused is left, is not tried again at once, and goes when it is asked for', async () => {
    await scene.mineAnd(world.odd.behave('paused'));
    expect((await scene.failed()).reason).toContain('ODD: paused');
    await world.plan();
    const waiting = (await world.sweepsOf(odd.id)).at(-1);
    expect(waiting).toMatchObject({ state: 'waiting', reason_code: 'failed_before' });
    await scene.mineAnd(world.odd.behave('normal'));
    await world.plan({ paymentIds: [odd.id], isForced: true });
    await world.settled(odd.id);
    expect(await world.token(TREASURY, world.odd.address)).toBe(5_000_000n);
  });

  it('that is paused between signing and mining costs its gas, fails with that reason, and is not counted as moved', async () => {
    // The node has no room for the transfer until the token is paused; its gas it takes.
    const token = getAddress(world.odd.address);
    const heal = world.refuseBroadcasts((raw) => Transaction.from(raw).to === token);
    await world.plan({ paymentIds: [odd.id] });
    await world.mineUntil(
      'the transfer to be signed',
      async () => (await world.outgoing(`purpose = 'sweep'`)).length === 1,
    );
    await scene.mineAnd(world.odd.behave('paused'));
    heal();
    const sweep = await world.sweepIn(odd.id, 'failed');
    expect(sweep).toMatchObject({ received: '0', reason: expect.stringContaining('reverted') });
    expect(BigInt(sweep.fee ?? 0)).toBeGreaterThan(0n);
    await world.plan();
    await scene.othersGoOn();
    // Gas that was meant for more than it took comes back, where that is worth it.
    expect(await world.native(TANK.address)).toBeGreaterThan(99n * 10n ** 18n);
  });
});
