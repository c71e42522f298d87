import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { REFUND_STATES } from '../../src/refunds/refund.entity.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { metricsOf } from '../harness/metrics.js';
import { PAYOUT, SweepWorld, TREASURY } from '../harness/sweep-world.js';
import { refundBecomes, refundsOf, requestRefund } from '../harness/world-refunds.js';

const ETHER = 10n ** 18n;
const customer = () => Wallet.createRandom().address;
let world: SweepWorld;
beforeEach(async () => {
  world = await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey });
});
afterEach(() => world?.stop());

const ask = (payment: PaymentView, body: object, headers = {}) =>
  requestRefund(world, payment, body, headers);
const ended = (payment: PaymentView, state: RefundView['state'], index = 0) =>
  refundBecomes(world, payment, state, index);

describe('a refund', () => {
  it('of unswept money comes from the deposit address, arrives whole, and is told at every step', async () => {
    const payment = await world.paid(2n * ETHER);
    const to = customer();
    const answer = await ask(payment, { to, amount: ETHER.toString(), reason: 'half was out of stock' });
    expect(answer).toMatchObject({ status: 201, body: { state: 'created', to, source: null } });
    const refund = await ended(payment, 'confirmed');
    expect(await world.native(to)).toBe(ETHER);
    expect(refund).toMatchObject({ source: 'deposit', reason: 'half was out of stock', failure: null });
    const events = await world.app.eventsOf(payment.id);
    expect(events.slice(-3)).toEqual(['refund.created', 'refund.sent', 'refund.confirmed']);
    const { json } = await world.receiver.waitForEvent(payment.id, 'refund.confirmed');
    expect(json.data).toMatchObject({ id: payment.id, refund });
    // The rest goes to the treasury, and settles the payment.
    await world.plan();
    const settled = await world.settled(payment.id);
    const fees = BigInt(refund.fee ?? 0) + BigInt(settled.sweep?.fee ?? 0);
    expect((await world.native(TREASURY)) + fees).toBe(ETHER);
    const metrics = await metricsOf(world.app);
    const ofPayments = (name: string, of = 'chain="testchain",asset="ETH",token=""') =>
      metrics.get(`quittance_payment${name}{${of}}`);
    expect(
      ['created', 'detected', 'confirmed', 'settled', 'expired'].map((move) => ofPayments(`s_${move}_total`)),
    ).toEqual([1, 1, 1, 1, 0]);
    expect([ofPayments('_detect_seconds_count'), ofPayments('_confirm_seconds_count')]).toEqual([1, 1]);
    expect(metrics.get('quittance_payments_open{chain="testchain",status="pending",age="under_5m"}')).toBe(0);
    const refunds = REFUND_STATES.map((status) => `{chain="testchain",status="${status}"}`);
    expect(refunds.map((labels) => metrics.get(`quittance_refunds_total${labels}`))).toEqual([1, 1, 1, 0, 0]);
    expect(metrics.get(`quittance_refunds_open${refunds[0]}`)).toBe(0);
    expect(metrics.get('quittance_database_errors_total{class="disk_full"}')).toBe(0);
    expect([...metrics.keys()].find((key) => key.startsWith('quittance_build_info{version="'))).toBeDefined();
  });

  it('of the whole amount has its gas from the tank, native and token alike', async () => {
    const native = await world.paid(ETHER);
    const token = await world.paidToken(3_000_000n);
    const to = customer();
    await ask(native, { to, amount: ETHER.toString() });
    await ask(token, { to, amount: '3000000' });
    await ended(native, 'confirmed');
    await ended(token, 'confirmed');
    expect([await world.native(to), await world.token(to)]).toEqual([ETHER, 3_000_000n]);
  });

  it('of money that was swept comes from the payout account', async () => {
    await world.chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(10n * ETHER)]);
    const payment = await world.paid(ETHER);
    await world.plan();
    await world.settled(payment.id);
    const to = customer();
    await ask(payment, { to, amount: (ETHER / 4n).toString() });
    expect(await ended(payment, 'confirmed')).toMatchObject({ source: 'payout' });
    expect(await world.native(to)).toBe(ETHER / 4n);
  });

  it('is never more than was received, however many ask at once, and once per idempotency key', async () => {
    const payment = await world.paid(1_000n * 10n ** 12n);
    const amount = (300n * 10n ** 12n).toString();
    const to = customer();
    const key = { 'idempotency-key': 'one' };
    const same = await Promise.all([1, 2, 3].map(() => ask(payment, { to, amount }, key)));
    expect(new Set(same.map(({ body }) => body.id)).size).toBe(1);
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(payment, { to, amount })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, ...Array<number>(6).fill(409)]);
    expect(answers.find(({ status }) => status === 409)?.body.detail).toContain('are left');
    expect(await refundsOf(world, payment)).toHaveLength(3);
    await ended(payment, 'confirmed', 0);
    await ended(payment, 'confirmed', 1);
    await ended(payment, 'confirmed', 2);
    expect(await world.native(to)).toBe(900n * 10n ** 12n);
  });

  it('that the recipient’s contract or the token refuses fails with that reason, and sends nothing', async () => {
    const payment = await world.paidOdd(5_000_000n);
    const to = customer();
    await world.odd.blacklist(to);
    await world.chain.mine();
    await ask(payment, { to, amount: '5000000' });
    expect((await ended(payment, 'failed')).failure).toContain('recipient is blacklisted');
    expect(await world.outgoing(`purpose = 'refund'`)).toEqual([]);
    const refused = { amount: '1' };
    for (const bad of [payment.address, world.odd.address, '0x' + '0'.repeat(40), TREASURY.toUpperCase()]) {
      expect(await ask(payment, { ...refused, to: bad })).toMatchObject({ status: 400 });
    }
    expect(
      await ask({ ...payment, id: '019aafd6-5c80-7a3e-8f10-3d5c2b9e4f01' }, { to, amount: '1' }),
    ).toMatchObject({
      status: 404,
    });
  });
});
