import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DepositView } from '../../src/payments/deposit.view.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { customer, RefundsApi } from '../harness/refunds-api.js';
import { type SweepWorld } from '../harness/sweep-world.js';

interface Listed {
  data: RefundView[];
  next: string | null;
}

const ETHER = 10n ** 18n;
const LEAST = 10n;
const LONG = { expires_in_minutes: 40_000 };
let refunds: RefundsApi;
let world: SweepWorld;
beforeAll(async () => {
  refunds = await RefundsApi.start(LEAST);
  ({ world } = refunds);
});
afterAll(() => world?.stop());

const depositOf = async ({ id }: PaymentView) =>
  (await refunds.call<{ data: DepositView[] }>('GET', `/deposits?payment_id=${id}`)).body
    .data[0] as DepositView;

describe('a deposit that does not count', () => {
  it('goes back in its own asset, and takes nothing from its payment', async () => {
    const payment = await world.app.createPayment({ amount: ETHER.toString(), ...LONG });
    await world.chain.payToken(payment.address, 5_000_000n);
    await world.chain.mine(4);
    await world.app.waitForBlock(await world.chain.height());
    const deposit = await depositOf(payment);
    expect(deposit).toMatchObject({ state: 'unassigned', reason: 'wrong_asset' });
    expect(await refunds.ask('payments', payment, 1_000n)).toMatchObject({ status: 409 });
    expect(await refunds.ask('deposits', deposit, 5_000_001n)).toMatchObject({ status: 409 });
    const stranger = await refunds.keyOf(['refunds:write']);
    const body = { to: customer(), amount: '1' };
    expect(await refunds.call('POST', `/deposits/${deposit.id}/refunds`, body, stranger)).toMatchObject({
      status: 404,
    });
    const to = customer();
    const asked = await refunds.ask('deposits', deposit, 4_000_000n, { to });
    expect(asked).toMatchObject({
      status: 201,
      body: { deposit_id: deposit.id, symbol: 'TUSD', decimals: 6, status: 'created', state: 'created' },
    });
    await refunds.became(asked.body.id, 'confirmed');
    expect(await world.token(to)).toBe(4_000_000n);
    expect(await refunds.ask('deposits', deposit, 1_000_001n)).toMatchObject({ status: 409 });
    expect(await depositOf(payment)).toMatchObject({ state: 'unassigned', amount_refunded: '4000000' });
    const { body: listed } = await refunds.call<Listed>('GET', `/deposits/${deposit.id}/refunds`);
    expect(listed.data.map(({ id }) => id)).toEqual([asked.body.id]);
    await world.chain.pay(payment.address, ETHER);
    await world.chain.mine(3);
    expect(await world.app.waitForStatus(payment.id, 'confirmed')).toMatchObject({
      amount_refunded: '0',
      amount_refund_pending: '0',
    });
  });

  it('is not given back before it is final', async () => {
    const payment = await world.app.createPayment({ amount: ETHER.toString(), ...LONG });
    await world.chain.payToken(payment.address, 3_000_000n);
    await world.chain.mine();
    await world.app.waitForBlock(await world.chain.height());
    expect(await refunds.ask('deposits', await depositOf(payment), 3_000_000n)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('not final yet') },
    });
  });
});

describe('a deposit that counts', () => {
  it('takes what goes back of it from what is due', async () => {
    const payment = await world.app.createPayment({ amount: ETHER.toString(), ...LONG });
    await world.chain.pay(payment.address, ETHER / 2n);
    await world.chain.mine(4);
    await world.app.waitForBlock(await world.chain.height());
    const { body } = await refunds.ask('deposits', await depositOf(payment), ETHER / 2n);
    await refunds.became(body.id, 'confirmed');
    await world.chain.pay(payment.address, ETHER / 2n);
    await world.chain.mine(4);
    await world.app.waitForBlock(await world.chain.height());
    expect(await world.app.payment(payment.id)).toMatchObject({
      status: 'partially_paid',
      amount_received: ETHER.toString(),
      amount_refunded: (ETHER / 2n).toString(),
    });
  });
});

describe('a refund that waits', () => {
  it('can be cancelled, tells of it, and counts for nothing any more', async () => {
    const payment = await world.paid(ETHER);
    await refunds.pause(true);
    const { body: asked } = await refunds.ask('payments', payment, ETHER);
    const stranger = await refunds.keyOf(['refunds:write']);
    expect(await refunds.call('POST', `/refunds/${asked.id}/cancel`, undefined, stranger)).toMatchObject({
      status: 404,
    });
    for (const times of [1, 2]) {
      const answer = await refunds.call('POST', `/refunds/${asked.id}/cancel`);
      expect({ times, ...answer }).toMatchObject({
        status: 200,
        body: { status: 'cancelled', tx_hash: null },
      });
    }
    await refunds.pause(false);
    const { json } = await world.receiver.waitForEvent(payment.id, 'refund.cancelled');
    expect(json.data).toMatchObject({ amount_refund_pending: '0', refund: { status: 'cancelled' } });
    const { body: other } = await refunds.ask('payments', payment, ETHER / 2n);
    await refunds.became(other.id, 'confirmed');
    expect(await world.outgoing(`purpose = 'refund' AND subject_id = '${asked.id}'`)).toEqual([]);
    expect(await refunds.call('POST', `/refunds/${other.id}/cancel`)).toMatchObject({ status: 409 });
    expect(await world.timesTold(payment.id, 'refund.cancelled')).toBe(1);
  });

  it('is either cancelled or paid, whoever is first', async () => {
    const payment = await world.paid(ETHER);
    const asked = await Promise.all(
      Array.from({ length: 6 }, () => refunds.ask('payments', payment, ETHER / 10n)),
    );
    const ended = await Promise.all(
      asked.map(({ body }) => refunds.call('POST', `/refunds/${body.id}/cancel`)),
    );
    for (const [index, { status }] of ended.entries()) {
      const id = asked[index]?.body.id as string;
      if (status === 200) expect((await refunds.call('GET', `/refunds/${id}`)).body.status).toBe('cancelled');
      else await refunds.became(id, 'confirmed');
    }
    const [cancelled, paid] = [
      ended.filter(({ status }) => status === 200),
      ended.filter(({ status }) => status === 409),
    ];
    expect(cancelled.length + paid.length).toBe(6);
    expect(await world.app.payment(payment.id)).toMatchObject({
      amount_refunded: ((ETHER / 10n) * BigInt(paid.length)).toString(),
      amount_refund_pending: '0',
    });
  });
});

describe('refunds', () => {
  it('are listed by what they are of, how they stand and when they were asked for, page by page', async () => {
    const payment = await world.paid(ETHER);
    await refunds.pause(true);
    const before = new Date().toISOString();
    const ids: string[] = [];
    for (let index = 0; index < 3; index += 1)
      ids.push((await refunds.ask('payments', payment, LEAST)).body.id);
    await refunds.call('POST', `/refunds/${ids[0]}/cancel`);
    const list = async (query: string) => (await refunds.call<Listed>('GET', `/refunds?${query}`)).body;
    const own = `payment_id=${payment.id}`;
    const idsOf = ({ data }: Listed) => data.map(({ id }) => id);
    const first = await list(`${own}&limit=2`);
    expect(idsOf(first)).toEqual([ids[2], ids[1]]);
    const second = await list(`${own}&limit=2&after=${first.next}`);
    expect([idsOf(second), second.next]).toEqual([[ids[0]], null]);
    expect(idsOf(await list(`${own}&status=cancelled`))).toEqual([ids[0]]);
    expect(idsOf(await list(`created_after=${before}&${own}`))).toHaveLength(3);
    expect(idsOf(await list(`created_before=${before}&${own}`))).toEqual([]);
    expect(await refunds.call('GET', '/refunds?status=nothing')).toMatchObject({ status: 400 });
    const stranger = await refunds.keyOf(['payments:read']);
    expect((await refunds.call<Listed>('GET', '/refunds', undefined, stranger)).body.data).toEqual([]);
    expect(await refunds.call('GET', `/refunds/${ids[1]}`, undefined, stranger)).toMatchObject({
      status: 404,
    });
    for (const id of ids.slice(1)) await refunds.call('POST', `/refunds/${id}/cancel`);
    await refunds.pause(false);
  });
});

describe('the operator’s gas', () => {
  it('is not spent on less than the least amount', async () => {
    const payment = await world.paid(ETHER);
    expect(await refunds.ask('payments', payment, LEAST - 1n)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('at least 10') },
    });
  });

  it('is not spent on refunds of money that is worth less than it, unless the operator says so', async () => {
    const payment = await world.paid(1_000n);
    for (let index = 0; index < 6; index += 1) {
      expect(await refunds.ask('payments', payment, LEAST)).toMatchObject({
        status: 409,
        body: { detail: expect.stringContaining('REFUND_MAX_FEE_BPS') },
      });
    }
    const merchants = await refunds.keyOf(['refunds:write'], world.app.merchantId);
    const forced = { to: customer(), amount: '10', force: true };
    expect(await refunds.call('POST', `/payments/${payment.id}/refunds`, forced, merchants)).toMatchObject({
      status: 403,
    });
    const operator = await refunds.keyOf(['refunds:write', 'admin']);
    const asked = await refunds.call('POST', `/payments/${payment.id}/refunds`, forced, operator);
    expect(asked).toMatchObject({ status: 201 });
    await refunds.became(asked.body.id, 'confirmed');
  });
});

describe('a plan that is asked for while no node answers', () => {
  it('is told so, and is no fault of ours', async () => {
    const back = world.node.inject('*', {
      kind: 'answer',
      answer: () => Promise.resolve({ error: { code: -32000, message: 'down' }, httpStatus: 503 }),
    });
    expect(await refunds.call('POST', '/sweeps/run', {})).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining('do not answer') },
    });
    back();
  });
});
