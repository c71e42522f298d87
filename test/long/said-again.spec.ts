import { afterEach, describe, expect, it } from '@jest/globals';
import { Wallet } from 'ethers';
import { NO_RATES } from '../../src/config/rates.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { RescanService } from '../../src/scanner/rescan.service.js';
import { TestApp } from '../harness/app.js';
import { SweepWorld } from '../harness/sweep-world.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
const DAY_S = 86_400;
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe('a refund that is asked for again with its key', () => {
  it('is the first one, though what was said then would not do now', async () => {
    const chain = await TestChain.start();
    ends.push(() => chain.stop());
    const pair = (base: string, value: string) => ({
      base,
      quote: 'EUR',
      sources: [{ kind: 'fixed' as const, value }],
    });
    const rates = { ...NO_RATES, pairs: [pair('ETH', '3000'), pair('TUSD', '1')] };
    const app = await TestApp.start({ chains: [chain.config], rates });
    ends.push(() => app.stop());
    const post = async (path: string, body: unknown) => {
      const answer = await fetch(`${app.url}/api/v1${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${app.key}`,
          'content-type': 'application/json',
          'idempotency-key': 'refund-1',
        },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as RefundView };
    };
    const asked = { price: { amount: '30.00', currency: 'EUR' }, expires_in_minutes: 600 };
    const payment = await waitFor('a price', async () => {
      const { status, body } = await app.request<PaymentView>('POST', '/api/v1/payments', asked);
      return status === 201 && body;
    });
    await chain.pay(payment.address, ETHER / 100n);
    await chain.mine(4);
    await app.waitForStatus(payment.id, 'confirmed');
    const body = { to: Wallet.createRandom().address, amount: '1000000000000000' };
    const first = await post(`/payments/${payment.id}/refunds`, body);
    expect(first.status).toBe(201);
    // From now on it would have to be said which asset is meant.
    await chain.payToken(payment.address, 1n);
    await chain.mine(4);
    await waitFor('both', async () => (await app.payment(payment.id)).transfer_count === 2);
    expect(await post(`/payments/${payment.id}/refunds`, body)).toEqual(first);
    const other = await app.request('POST', `/api/v1/payments/${payment.id}/refunds`, body);
    expect(other.status).toBe(400);
  });
});

describe('a block that is read again', () => {
  it('leaves a sale as it was made, though late money is watched for a shorter time by now', async () => {
    const world = await SweepWorld.start({ lateWatchDays: 7 });
    ends.push(() => world.stop());
    const payment = await world.app.createPayment({ amount: ETHER.toString(), expires_in_minutes: 1 });
    await world.chain.passTime(2 * DAY_S);
    await world.mineUntil(
      'it to expire',
      async () => (await world.app.payment(payment.id)).status === 'expired',
    );
    await world.chain.pay(payment.address, ETHER);
    await world.chain.mine(4);
    await world.app.waitForStatus(payment.id, 'confirmed');
    const height = await world.chain.height();
    await world.restart({ lateWatchDays: 1 });
    await world.app.waitForBlock(height);
    const range = { chain: 'testchain', from: height - 6, to: height };
    await world.app.get(RescanService).rescan(range, () => undefined);
    await world.chain.mine(4);
    await world.app.waitForBlock(await world.chain.height());
    expect((await world.app.payment(payment.id)).status).toBe('confirmed');
    expect(await world.timesTold(payment.id, 'payment.failed')).toBe(0);
  });
});
