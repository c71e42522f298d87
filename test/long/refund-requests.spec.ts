import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DepositView } from '../../src/payments/deposit.view.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { customer, RefundsApi } from '../harness/refunds-api.js';
import { type SweepWorld } from '../harness/sweep-world.js';

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
  it('is nothing to decide on any more once all of it goes back', async () => {
    const payment = await world.app.createPayment({ amount: ETHER.toString(), ...LONG });
    await world.chain.payToken(payment.address, 2_000_000n);
    await world.chain.mine(4);
    await world.app.waitForBlock(await world.chain.height());
    const undecided = async () =>
      (
        await refunds.call<{ data: DepositView[] }>(
          'GET',
          `/deposits?assigned=false&payment_id=${payment.id}`,
        )
      ).body.data;
    const [{ id }] = (await undecided()) as [DepositView];
    await refunds.ask('deposits', { id }, 1_000_000n);
    expect(await undecided()).toHaveLength(1);
    const { body } = await refunds.ask('deposits', { id }, 1_000_000n);
    expect(await undecided()).toEqual([]);
    await refunds.became(body.id, 'confirmed');
  });

  it('that was ignored goes back as well', async () => {
    const payment = await world.app.createPayment({ amount: ETHER.toString(), ...LONG });
    await world.chain.payToken(payment.address, 3_000_000n);
    await world.chain.mine(4);
    await world.app.waitForBlock(await world.chain.height());
    const { id } = await depositOf(payment);
    await refunds.call('POST', `/deposits/${id}/ignore`);
    const { body } = await refunds.ask('deposits', { id }, 3_000_000n);
    await refunds.became(body.id, 'confirmed');
  });
});

describe('refunds', () => {
  it('are all answered when two hundred are asked for at once', async () => {
    const payment = await world.paid(ETHER);
    await refunds.pause(true);
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        world.app.insist('POST', `/api/v1/payments/${payment.id}/refunds`, {
          to: customer(),
          amount: LEAST.toString(),
        }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(await world.app.payment(payment.id)).toMatchObject({
      amount_refund_pending: (200n * LEAST).toString(),
    });
    // By hand: what they would be paid by is not what is looked at here.
    await world.app.database.dataSource.query(
      `UPDATE refunds SET state = 'cancelled' WHERE payment_id = $1 AND state = 'created'`,
      [payment.id],
    );
    await refunds.pause(false);
  });
});

describe('the operator’s gas', () => {
  it('is not spent when it has become too dear while a refund waited, unless it is forced', async () => {
    const payment = await world.paid(ETHER / 1_000n);
    await refunds.pause(true);
    const { body: asked } = await refunds.ask('payments', payment, LEAST);
    const dear = world.node.inject('eth_maxPriorityFeePerGas', {
      kind: 'answer',
      answer: () => Promise.resolve({ result: `0x${(10n ** 12n).toString(16)}` }),
    });
    await refunds.pause(false);
    const waiting = await world.mineUntil('a reason', async () => {
      const { body } = await refunds.call('GET', `/refunds/${asked.id}`);
      return body.waits_for !== null && body;
    });
    expect(waiting.waits_for).toContain('REFUND_MAX_FEE_BPS');
    expect(await world.outgoing(`subject_id = '${asked.id}'`)).toEqual([]);
    expect(
      await refunds.call(
        'POST',
        `/refunds/${asked.id}/force`,
        undefined,
        await refunds.keyOf(['refunds:write']),
      ),
    ).toMatchObject({
      status: 403,
    });
    dear();
    const operator = await refunds.keyOf(['admin']);
    expect(await refunds.call('POST', `/refunds/${asked.id}/force`, undefined, operator)).toMatchObject({
      status: 200,
    });
    await refunds.became(asked.id, 'confirmed');
  });

  it('is not spent on more refunds a day than a merchant may ask for', async () => {
    const payment = await world.paid(ETHER);
    const [row] = await world.app.database.dataSource.query<{ all: string; costly: string }[]>(
      `SELECT count(*) AS "all", count(*) FILTER (WHERE state <> 'cancelled'
         OR EXISTS (SELECT FROM outgoing_transactions WHERE subject_id = refunds.id)) AS costly
       FROM refunds WHERE merchant_id = $1`,
      [world.app.merchantId],
    );
    const [all, costly] = [Number(row?.all), Number(row?.costly)];
    // Of those that were cancelled before anything was signed, ten count as one.
    const counted = costly + Math.floor((all - costly) / 10);
    await world.restart({ refundMaxPerDay: counted + 2 });
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => refunds.ask('payments', payment, LEAST)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 429, 429, 429]);
    for (const { status, body } of answers) if (status === 201) await refunds.became(body.id, 'confirmed');
  });
});
