import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Wallet } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { PAYOUT, SweepWorld } from '../harness/sweep-world.js';
import { refundsOf } from '../harness/world-refunds.js';

const ETHER = 10n ** 18n;
const LONG = { expires_in_minutes: 40_000 };
const customer = () => Wallet.createRandom().address;
const parts = (tenths: bigint) => (ETHER * tenths) / 10n;
let world: SweepWorld;
beforeAll(async () => {
  world = await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey });
});
afterAll(() => world?.stop());

const asked = (amount: bigint, options: object = LONG) =>
  world.app.createPayment({ amount: amount.toString(), ...options });
const ask = ({ id }: PaymentView, amount: bigint, to = customer()) =>
  world.app.request<RefundView>('POST', `/api/v1/payments/${id}/refunds`, { to, amount: amount.toString() });
const ended = (payment: PaymentView, state: RefundView['state'], index = 0) =>
  world.mineUntil(`refund ${state}`, async () => (await refundsOf(world, payment))[index]?.state === state);
const until = (payment: PaymentView, isSo: (now: PaymentView) => boolean) =>
  world.mineUntil('the payment to be so', async () => {
    const now = await world.app.payment(payment.id);
    return isSo(now) && now;
  });
/** Paid in a part that is final. */
const pay = async (payment: PaymentView, amount: bigint) => {
  const { amount_confirmed: before } = await world.app.payment(payment.id);
  await world.chain.pay(payment.address, amount);
  await until(payment, (now) => BigInt(now.amount_confirmed) >= BigInt(before) + amount);
};
const settles = async () => {
  await world.chain.mine(4);
  await world.app.waitForBlock(await world.chain.height());
};

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

  it('pays for nothing when it came after a cancel, went back, and is to be accepted then', async () => {
    const payment = await asked(ETHER);
    await world.app.request('POST', `/api/v1/payments/${payment.id}/cancel`);
    await world.chain.rpc('evm_increaseTime', [60]);
    await world.chain.pay(payment.address, ETHER);
    await settles();
    const listed = await world.app.request<{ data: { id: string; reason: string }[] }>(
      'GET',
      `/api/v1/deposits?payment_id=${payment.id}`,
    );
    expect(listed.body.data).toMatchObject([{ reason: 'payment_cancelled', status: 'unassigned' }]);
    const deposit = `/api/v1/deposits/${listed.body.data[0]?.id}`;
    const back = { to: customer(), amount: ETHER.toString() };
    expect(await world.app.request('POST', `${deposit}/refunds`, back)).toMatchObject({ status: 201 });
    await ended(payment, 'confirmed');
    expect(await world.app.request('POST', `${deposit}/accept`)).toMatchObject({
      status: 409,
      body: { code: 'deposit_resolved' },
    });
    await settles();
    expect(await world.app.payment(payment.id)).toMatchObject({ status: 'cancelled', amount_received: '0' });
    expect(await world.app.eventsOf(payment.id)).not.toContain('payment.confirmed');
    // Nor does it go back a second time, out of other merchants' money.
    expect(await ask(payment, ETHER)).toMatchObject({ status: 409 });
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

  it('cannot be paid again in thirds', async () => {
    const payment = await asked(parts(9n));
    for (const index of [0, 1, 2]) {
      await pay(payment, parts(3n));
      await ask(payment, parts(3n));
      await ended(payment, 'confirmed', index);
    }
    await settles();
    const events = await world.app.eventsOf(payment.id);
    expect(events.filter((type) => /detected|confirmed/.test(type))).toEqual(
      Array(3).fill('refund.confirmed'),
    );
    expect(await world.app.payment(payment.id)).toMatchObject({
      status: 'partially_paid',
      amount_received: parts(9n).toString(),
      amount_refunded: parts(9n).toString(),
    });
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

  it('takes a payment that was found covered back, however its refund races with the last confirmation', async () => {
    const payments: PaymentView[] = [];
    for (let index = 0; index < 6; index += 1) payments.push(await asked(parts(1n)));
    for (const { address } of payments) await world.chain.pay(address, parts(1n) / 2n);
    await Promise.all(payments.map((one) => until(one, (now) => now.amount_confirmed !== '0')));
    for (const { address } of payments) await world.chain.pay(address, parts(1n) / 2n);
    await world.chain.mine(1);
    const [early, late] = [payments.slice(0, 3), payments.slice(3)];
    const quarter = (payment: PaymentView) => ask(payment, parts(1n) / 4n);
    const mined = world.chain.mine(1);
    const answers = await Promise.all(early.map(quarter));
    await mined;
    answers.push(...(await Promise.all(late.map(quarter))));
    expect(answers.map(({ status }) => status)).toEqual(payments.map(() => 201));
    await Promise.all(payments.map((payment) => ended(payment, 'confirmed')));
    await settles();
    for (const payment of payments) {
      const events = await world.app.eventsOf(payment.id);
      const wasFirst = events.indexOf('refund.created') > events.indexOf('payment.confirmed');
      const isConfirmed = events.includes('payment.confirmed');
      expect(isConfirmed).toBe(isConfirmed && wasFirst);
      const { status } = await world.app.payment(payment.id);
      expect(status).toBe(isConfirmed ? 'confirmed' : 'partially_paid');
    }
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
