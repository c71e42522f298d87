import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { customer, RefundsApi } from '../harness/refunds-api.js';
import { type SweepWorld } from '../harness/sweep-world.js';

const ETHER = 10n ** 18n;
const LEAST = 10n;
let refunds: RefundsApi;
let world: SweepWorld;
beforeAll(async () => {
  refunds = await RefundsApi.start(LEAST);
  ({ world } = refunds);
});
afterAll(() => world?.stop());

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
});
