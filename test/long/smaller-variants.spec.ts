import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Wallet } from 'ethers';
import { type CheckBody } from '../../src/payment-check/check.body.js';
import { type DepositView } from '../../src/payments/deposit.view.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type SweepWorld } from '../harness/sweep-world.js';
import { askRefund, refundEnds, startRefunding } from '../harness/world-refunds.js';

const ETHER = 10n ** 18n;
const DAY_S = 86_400;
let world: SweepWorld;
beforeAll(async () => {
  world = await startRefunding({ lateWatchDays: 1 });
});
afterAll(() => world?.stop());

const depositsOf = async ({ id }: PaymentView) =>
  (await world.app.request<{ data: DepositView[] }>('GET', `/api/v1/deposits?payment_id=${id}`)).body.data;

describe('late money that was swept before the merchant accepted it', () => {
  it.each([
    ['a token', true, 1],
    ['a token, in two parts', true, 2],
    ['native money, in two parts', false, 2],
  ])('settles its payment: %s', async (_what, isToken, parts) => {
    const amount = isToken ? 5_000_000n : ETHER;
    const token_id = isToken ? await world.tokenId() : undefined;
    const asked = { amount: amount.toString(), expires_in_minutes: 1, ...(token_id ? { token_id } : {}) };
    const payment = await world.app.createPayment(asked);
    await world.chain.passTime(2 * DAY_S);
    await world.mineUntil(
      'it to expire',
      async () => (await world.app.payment(payment.id)).status === 'expired',
    );
    for (let part = 0; part < parts; part += 1) {
      const paid = amount / BigInt(parts);
      await (isToken ? world.chain.payToken(payment.address, paid) : world.chain.pay(payment.address, paid));
      await world.chain.mine();
    }
    await world.chain.mine(4);
    await world.app.waitForBlock(await world.chain.height());
    await world.plan({ paymentIds: [payment.id], isForced: true });
    await world.sweepIn(payment.id, 'confirmed');
    const deposits = await depositsOf(payment);
    expect(deposits).toHaveLength(parts);
    for (const { id } of deposits) {
      const { status } = await world.app.request('POST', `/api/v1/deposits/${id}/accept`);
      expect(status).toBe(200);
    }
    const settled = await world.settled(payment.id);
    expect(settled.amount_received).toBe(amount.toString());
    expect(await world.timesTold(payment.id)).toBe(1);
  });
});

describe('what became of a transaction of ours, asked by whoever saw it at an address', () => {
  it('is answered at once, for its sweep, its gas, the gas that came back and a refund, and books nothing', async () => {
    const payment = await world.paidToken(5_000_000n);
    await world.gasReturned(() => world.plan());
    await world.settled(payment.id);
    const other = await world.paid(ETHER);
    await askRefund(world, other, Wallet.createRandom().address, ETHER / 2n);
    await refundEnds(world, other);
    const before = await depositsOf(payment);
    const sent = await world.outgoing(`tx_hash IS NOT NULL`);
    expect(new Set(sent.map(({ purpose }) => purpose))).toEqual(
      new Set(['sweep', 'gas', 'gas_return', 'refund']),
    );
    for (const { purpose, tx_hash } of sent) {
      const path = `/api/v1/payments/${payment.id}/check`;
      const { status, body } = await world.app.request<CheckBody>('POST', path, { tx_hash });
      expect({ purpose, status }).toEqual({ purpose, status: 200 });
      expect({ purpose, code: body.code, applied: body.applied }).not.toMatchObject({ code: 'unreadable' });
      expect(body.applied).toBe(false);
    }
    expect(await depositsOf(payment)).toEqual(before);
  });
});
