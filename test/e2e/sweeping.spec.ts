import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';

const ETHER = 10n ** 18n;
let world: SweepWorld;
afterEach(() => world?.stop());

describe('a confirmed payment', () => {
  beforeEach(async () => {
    world = await SweepWorld.start();
  });

  it('in the native asset goes to the treasury to the last wei, and is settled when that is final', async () => {
    const payment = await world.paid(2n * ETHER);
    await world.plan();
    const sent = await world.waitForOutgoing(`state = 'sent'`);
    await world.chain.mine(2);
    await world.waitForOutgoing(`state = 'mined'`);
    expect((await world.app.payment(payment.id)).status).toBe('confirmed');
    const settled = await world.settled(payment.id);
    const treasury = await world.native(TREASURY);
    expect(await world.native(payment.address)).toBe(0n);
    expect(settled.sweep).toMatchObject({ amount: treasury.toString() });
    expect(treasury + BigInt(settled.sweep?.fee ?? 0)).toBe(2n * ETHER);
    const [row] = await world.outgoing();
    expect(row).toMatchObject({ id: sent.id, state: 'confirmed', tx_hash: settled.sweep?.tx_hash });
    const webhook = await world.receiver.waitForEvent(payment.id, 'payment.settled');
    expect(webhook.json.data).toEqual(settled);
    expect((await world.app.eventsOf(payment.id)).filter((type) => type === 'payment.settled')).toHaveLength(
      1,
    );
  });

  it('in a token gets its gas from the tank, which is no payment of a customer’s', async () => {
    const before = await world.native(TANK.address);
    const payment = await world.paidToken(5_000_000n);
    await world.plan();
    const settled = await world.settled(payment.id);
    expect(await world.token(TREASURY)).toBe(5_000_000n);
    expect(await world.token(payment.address)).toBe(0n);
    expect(settled).toMatchObject({
      amount_received: '5000000',
      exception: null,
      sweep: { amount: '5000000' },
    });
    const rows = await world.outgoing();
    expect(rows.map(({ purpose }) => purpose)).toEqual(['gas', 'sweep']);
    const fees = rows.reduce((sum, { fee }) => sum + BigInt(fee ?? 0), 0n);
    expect(BigInt(settled.sweep?.fee ?? 0)).toBe(fees);
    const left = await world.native(payment.address);
    expect(before - (await world.native(TANK.address))).toBe(fees + left);
    expect((await world.app.request('GET', '/api/v1/deposits?assigned=false')).body).toMatchObject({
      data: [],
    });
    expect(await world.app.eventsOf(payment.id)).toEqual([
      'payment.created',
      'payment.detected',
      'payment.confirmed',
      'payment.settled',
    ]);
  });

  it('that gets more, which is not final when its sweep is signed, is swept once more', async () => {
    const payment = await world.paid(ETHER);
    await world.chain.pay(payment.address, ETHER / 2n);
    await world.chain.mine();
    await world.app.waitForBlock(await world.chain.height());
    await world.plan();
    await world.settled(payment.id);
    expect(await world.native(payment.address)).toBe(ETHER / 2n);
    await world.plan();
    await world.mineUntil('the rest swept', async () => (await world.native(payment.address)) === 0n);
  });
});
