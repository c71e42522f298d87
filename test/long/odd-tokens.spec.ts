import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { getAddress, Transaction } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type SweepRow, SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';

let world: SweepWorld;
let other: PaymentView;
let odd: PaymentView;
beforeEach(async () => {
  world = await SweepWorld.start();
  other = await world.paidToken(7_000_000n);
  odd = await world.paidOdd(5_000_000n);
});
afterEach(() => world?.stop());

/** Whatever becomes of the odd one. */
const othersGoOn = async () => {
  await world.settled(other.id);
  expect(await world.token(TREASURY)).toBe(7_000_000n);
};
const failed = async (): Promise<SweepRow> => {
  await world.plan();
  const sweep = await world.sweepIn(odd.id, 'failed');
  expect((await world.app.payment(odd.id)).status).toBe('confirmed');
  expect(await world.token(odd.address, world.odd.address)).toBe(5_000_000n);
  await othersGoOn();
  return sweep;
};
const mineAnd = async (done: Promise<string>) => {
  await done;
  await world.chain.mine();
};

describe('a token', () => {
  it('that is paused is left, is not tried again at once, and goes when it is asked for', async () => {
    await mineAnd(world.odd.behave('paused'));
    expect((await failed()).reason).toContain('ODD: paused');
    await world.plan();
    const waiting = (await world.sweepsOf(odd.id)).at(-1);
    expect(waiting).toMatchObject({ state: 'waiting', reason_code: 'failed_before' });
    await mineAnd(world.odd.behave('normal'));
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
    await mineAnd(world.odd.behave('paused'));
    heal();
    const sweep = await world.sweepIn(odd.id, 'failed');
    expect(sweep).toMatchObject({ received: '0', reason: expect.stringContaining('reverted') });
    expect(BigInt(sweep.fee ?? 0)).toBeGreaterThan(0n);
    await world.plan();
    await othersGoOn();
    // Gas that was meant for more than it took comes back, where that is worth it.
    expect(await world.native(TANK.address)).toBeGreaterThan(99n * 10n ** 18n);
  });
});
