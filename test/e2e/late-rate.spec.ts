import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_RATES } from '../../src/config/rates.js';
import { type DepositView } from '../../src/payments/deposit.view.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TestApp } from '../harness/app.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const DAY_S = 86_400;
const DAYS = 30;

let chain: TestChain;
let app: TestApp;

beforeAll(async () => {
  chain = await TestChain.start();
  const ether = { base: 'ETH', quote: 'EUR', sources: [{ kind: 'fixed' as const, value: '3000' }] };
  app = await TestApp.start({
    chains: [chain.config],
    rates: { ...NO_RATES, pairs: [ether] },
    settings: { lateWatchDays: DAYS },
  });
});
afterAll(async () => {
  await app?.stop();
  await chain?.stop();
});

/** What a whole unit was worth some days from now, by the chain's clock. */
async function record(inDays: number, value: string): Promise<void> {
  await app.database.dataSource.query(
    `INSERT INTO recorded_rates (pair, at, numerator, denominator, sources)
     VALUES ('ETH/EUR', now() + $1 * interval '1 day' - interval '10 minutes', $2, 1, '[]')`,
    [inDays, value],
  );
}

async function create(): Promise<PaymentView> {
  const price = { amount: '30.00', currency: 'EUR' };
  const accept = [{ chain: 'testchain' }];
  const made = await waitFor('a price', async () => {
    const answer = await app.request<PaymentView>('POST', '/api/v1/payments', {
      price,
      accept,
      expires_in_minutes: 1,
    });
    return answer.status === 201 && answer.body;
  });
  expect(made.options[0]?.amount).toBe('10000000000000000');
  return made;
}

async function payAll({ address }: PaymentView): Promise<void> {
  await chain.pay(address, 10_000_000_000_000_000n);
  await chain.mine(4);
}

/** In time, and all of it is to go back. */
async function payAndTakeBack({ id, address }: PaymentView, amount: bigint): Promise<void> {
  await chain.pay(address, amount);
  await chain.mine(4);
  await waitFor('a refund', async () => {
    const body = { to: `0x${'9a'.repeat(20)}`, amount: amount.toString() };
    return (await app.request('POST', `/api/v1/payments/${id}/refunds`, body)).status === 201;
  });
}

/** What went back lends nothing of its rate to what comes late at half of it: the whole price is due by that. */
async function paidLateAfterRefund({ id, address }: PaymentView): Promise<void> {
  await chain.pay(address, 15_000_000_000_000_000n);
  await chain.mine(4);
  const price = { received: '49.50', due: '7.50' };
  await waitFor('the late part', async () => (await app.payment(id)).price?.received === price.received);
  expect(await app.payment(id)).toMatchObject({ status: 'partially_paid', price });
  await chain.pay(address, 5_000_000_000_000_000n);
  await chain.mine(4);
  expect(await app.waitForStatus(id, 'confirmed')).toMatchObject({ price: { due: '0.00' } });
}

/** Of what counts at two rates, the late money goes back first. */
async function takesLateMoneyFirst({ id, address }: PaymentView, part: bigint): Promise<void> {
  await chain.pay(address, part);
  await chain.mine(4);
  const confirmed = async () => (await app.payment(id)).amount_confirmed === `${2n * part}`;
  await waitFor('the late part to be final', confirmed);
  const body = { to: `0x${'9a'.repeat(20)}`, amount: part.toString() };
  expect((await app.request('POST', `/api/v1/payments/${id}/refunds`, body)).status).toBe(201);
  expect(await app.payment(id)).toMatchObject({
    price: { received: '18.00', due: '18.00' },
    value: { confirmed: '18.00', refund_pending: '6.00' },
  });
}

describe('money that comes after the end of a payment with a price', () => {
  it('counts at the rate of its block where the market has moved, at the promised one where it has not, and at none where nobody knows', async () => {
    const [moved, still, unknown] = [await create(), await create(), await create()];
    const [refunded, mixed, part] = [await create(), await create(), 4_000_000_000_000_000n];
    await chain.pay(mixed.address, part);
    await payAndTakeBack(refunded, 9_000_000_000_000_000n);
    await record(1, '1500');
    await record(3, '3030');

    await chain.passTime(DAY_S);
    await paidLateAfterRefund(refunded);
    await takesLateMoneyFirst(mixed, part);
    await payAll(moved);
    const half = await app.waitForStatus(moved.id, 'partially_paid');
    expect(half).toMatchObject({ price: { received: '15.00', due: '15.00' }, exception: 'late' });
    expect(half.transfers).toMatchObject([{ amount: '10000000000000000', value: '15.00' }]);

    await chain.passTime(2 * DAY_S);
    await payAll(still);
    const paid = await app.waitForStatus(still.id, 'confirmed');
    expect(paid).toMatchObject({ price: { received: '30.00', due: '0.00' }, exception: 'late' });

    await chain.passTime(5 * DAY_S);
    await payAll(unknown);
    const [deposit] = await waitFor('the deposit', async () => {
      const { body } = await app.request<{ data: DepositView[] }>('GET', '/api/v1/deposits?assigned=false');
      return body.data.length > 0 && body.data;
    });
    expect(deposit).toMatchObject({ payment_id: unknown.id, reason: 'rate_unknown' });
    await app.request('POST', `/api/v1/deposits/${deposit?.id}/accept`, {});
    await chain.mine();
    const accepted = await app.waitForStatus(unknown.id, 'confirmed');
    expect(accepted.price).toMatchObject({ received: '30.00', due: '0.00' });
  });
});
