import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { customer, givingBack, LONG } from '../harness/giving-back.js';
import { PAYOUT, SweepWorld } from '../harness/sweep-world.js';

const ETHER = 10n ** 18n;
const parts = (tenths: bigint) => (ETHER * tenths) / 10n;
let world: SweepWorld;
beforeAll(async () => {
  world = await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey });
});
afterAll(() => world?.stop());

const { asked, ask, ended, until, pay, settles } = givingBack(() => world);

describe('money that was given back', () => {
  it('pays for nothing: an expired payment refunded but for 1000 wei is not paid by 1000 wei', async () => {
    const payment = await asked(ETHER, { expires_in_minutes: 1 });
    await pay(payment, ETHER - 1000n);
    await world.chain.rpc('evm_increaseTime', [3600]);
    await until(payment, ({ status }) => status === 'expired');
    const to = customer();
    await ask(payment, ETHER - 1000n, to);
    await ended(payment, 'confirmed');
    expect(await world.native(to)).toBe(ETHER - 1000n);
    await pay(payment, 1000n);
    await settles();
    expect(await world.app.payment(payment.id)).toMatchObject({
      status: 'partially_paid',
      amount_received: ETHER.toString(),
      amount_refunded: (ETHER - 1000n).toString(),
      amount_refund_pending: '0',
    });
    expect(await world.app.eventsOf(payment.id)).not.toContain('payment.confirmed');
  });

  it('pays for nothing before expiry either, and payment.confirmed says what went back', async () => {
    const payment = await asked(ETHER);
    await pay(payment, parts(4n));
    await ask(payment, parts(4n));
    await ended(payment, 'confirmed');
    await pay(payment, parts(6n));
    await settles();
    expect(await world.app.payment(payment.id)).toMatchObject({ status: 'partially_paid' });
    await pay(payment, parts(4n));
    const figures = { amount_received: parts(14n).toString(), amount_refunded: parts(4n).toString() };
    await until(payment, ({ status }) => status === 'confirmed');
    const { json } = await world.receiver.waitForEvent(payment.id, 'payment.confirmed');
    expect(json.data).toMatchObject({ ...figures, amount_refund_pending: '0', symbol: 'ETH', decimals: 18 });
    await world.plan();
    expect(await world.settled(payment.id)).toMatchObject(figures);
  });

  it('counts again when its refund is cancelled, though the expiry is moved in the same moment', async () => {
    const payment = await asked(ETHER);
    await pay(payment, parts(5n));
    await world.app.request('POST', '/api/v1/sweeps/pause', {});
    const { body: refund } = await ask(payment, parts(5n));
    await pay(payment, parts(5n));
    expect(await world.app.payment(payment.id)).toMatchObject({ status: 'partially_paid' });
    await world.app.request('POST', `/api/v1/refunds/${refund.id}/cancel`);
    const expires_at = new Date(Date.now() + 20 * 86_400_000).toISOString();
    const moved = await world.app.request('PATCH', `/api/v1/payments/${payment.id}`, { expires_at });
    expect(moved).toMatchObject({ status: 200, body: { expires_at } });
    await settles();
    expect(await world.app.payment(payment.id)).toMatchObject({ status: 'confirmed', expires_at });
    await world.app.request('POST', '/api/v1/sweeps/resume', {});
  });

  it('counts again when its refund failed, and only then', async () => {
    const token_id = await world.tokenId('ODD');
    const payment = await asked(100n, { ...LONG, token_id });
    await world.chain.payToken(payment.address, 40n, world.odd.address);
    await until(payment, (now) => now.amount_confirmed === '40');
    const to = customer();
    await world.odd.blacklist(to);
    // Nothing is signed meanwhile, so that it is on its way when the rest arrives.
    await world.app.request('POST', '/api/v1/sweeps/pause', {});
    // A round that has begun before the pause would take it along.
    await world.app.atRest();
    expect(await ask(payment, 40n, to)).toMatchObject({ status: 201 });
    await world.chain.payToken(payment.address, 60n, world.odd.address);
    await until(payment, (now) => now.amount_confirmed === '100');
    await settles();
    expect(await world.app.payment(payment.id)).toMatchObject({
      status: 'partially_paid',
      amount_refund_pending: '40',
    });
    await world.app.request('POST', '/api/v1/sweeps/resume', {});
    await ended(payment, 'failed');
    const confirmed = await until(payment, ({ status }) => status === 'confirmed');
    expect(confirmed).toMatchObject({ amount_refund_pending: '0', amount_refunded: '0' });
  });

  it('leaves a sale that was made as it is, and is told in its figures', async () => {
    const payment = await world.paid(ETHER);
    const { version } = await world.app.payment(payment.id);
    await ask(payment, parts(3n));
    const pending = await world.app.payment(payment.id);
    expect(pending).toMatchObject({ status: 'confirmed', version: version + 1 });
    expect(BigInt(pending.amount_refund_pending) + BigInt(pending.amount_refunded)).toBe(parts(3n));
    await ended(payment, 'confirmed');
    const { json } = await world.receiver.waitForEvent(payment.id, 'refund.confirmed');
    expect(json.data).toMatchObject({
      status: 'confirmed',
      amount_refunded: parts(3n).toString(),
      version: version + 3,
    });
    expect(await world.app.eventsOf(payment.id)).not.toContain('payment.failed');
  });
});
