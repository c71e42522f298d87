import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { customer, givingBack } from '../harness/giving-back.js';
import { PAYOUT, SweepWorld } from '../harness/sweep-world.js';

/* What else comes between money that goes back and what it pays for. The first stories are in test/e2e. */
const ETHER = 10n ** 18n;
const parts = (tenths: bigint) => (ETHER * tenths) / 10n;
let world: SweepWorld;
beforeAll(async () => {
  world = await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey });
});
afterAll(() => world?.stop());

const { asked, ask, ended, until, pay, settles } = givingBack(() => world);

describe('money that was given back', () => {
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
});
