import { afterEach, describe, expect, it } from '@jest/globals';
import { PaymentRecords } from '../../src/payments/payment-records.js';
import { Payment } from '../../src/payments/payment.entity.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { SweepPlanner } from '../../src/sweeper/planning/sweep-planner.js';
import { NO_RATES } from '../../src/config/rates.js';
import { TestApp } from '../harness/app.js';
import { TANK, TREASURY } from '../harness/sweep-world.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const SPECKS = 100_000;
const pair = (base: string, value: string) => ({
  base,
  quote: 'EUR',
  sources: [{ kind: 'fixed' as const, value }],
});

const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function startChain(): Promise<TestChain> {
  const chain = await TestChain.start();
  ended.push(() => chain.stop());
  return chain;
}

describe('specks, which anybody may send', () => {
  it('are read as their sum and the last hundred of them, however many there are', async () => {
    const chain = await startChain();
    const app = await TestApp.start({ chains: [chain.config] });
    ended.push(() => app.stop());
    const payment = await app.createPayment({ amount: String(10 * SPECKS) });
    await chain.pay(payment.address, 1n);
    await chain.mine(4);
    await waitFor('the first', async () => (await app.payment(payment.id)).transfer_count === 1);
    const { manager } = app.database.dataSource;
    // As if a contract had sent the others in the same block.
    await manager.query(
      `INSERT INTO transfers SELECT (jsonb_populate_record(first, jsonb_build_object('id', gen_random_uuid(),
         'tx_hash', '0x' || md5(speck::text) || md5(speck::text), 'ordinal', speck))).*
       FROM transfers first, generate_series(1, $2::int) speck WHERE first.payment_id = $1`,
      [payment.id, SPECKS],
    );
    const recordOf = async () => {
      const found = await manager.findOneByOrFail(Payment, { id: payment.id });
      return (await app.get(PaymentRecords).of(manager, [found]))[0];
    };
    const all = await recordOf();
    expect([all?.credits.length, all?.newest.length]).toEqual([1, 100]);
    await chain.pay(payment.address, 5n);
    await chain.mine(4);
    const seen = await waitFor('the next one', async () => {
      const view = await app.payment(payment.id);
      return view.transfer_count === SPECKS + 2 && view.amount_received === String(SPECKS + 6) && view;
    });
    expect(seen).toMatchObject({ status: 'partially_paid' });
    expect(seen.transfers).toHaveLength(100);
    expect(seen.transfers.at(-1)?.amount).toBe('5');
    const next = await recordOf();
    expect([next?.credits.length, next?.newest.length]).toEqual([2, 100]);
  });

  it('keep no payment from being settled, in another asset of a price', async () => {
    const chain = await startChain();
    await chain.rpc('anvil_setBalance', [TANK.address, `0x${(10n ** 20n).toString(16)}`]);
    await chain.mine();
    const config = { ...chain.config, sweep: { enabled: true, minimum: 0n } };
    const rates = { ...NO_RATES, pairs: [pair('ETH', '3000'), pair('TUSD', '1')] };
    const settings = {
      treasuryAddress: TREASURY,
      gasTankPrivateKey: TANK.privateKey,
      sweepSchedule: '0 0 1 1 *',
    };
    const app = await TestApp.start({ chains: [config], rates, settings });
    ended.push(() => app.stop());
    const payment = await waitFor('a price', async () => {
      const asked = { price: { amount: '300.00', currency: 'EUR' }, expires_in_minutes: 600 };
      const { status, body } = await app.request<PaymentView>('POST', '/api/v1/payments', asked);
      return status === 201 && body;
    });
    const dollars = payment.options.find(({ symbol }) => symbol === 'TUSD')?.amount as string;
    await chain.payToken(payment.address, BigInt(dollars));
    await chain.pay(payment.address, 1n);
    await chain.mine(4);
    await app.waitForStatus(payment.id, 'confirmed');
    await app.waitForBlock(await chain.height());
    const which = { paymentIds: null, isForced: false, isDryRun: false };
    await app.get(SweepPlanner).plan(config, which);
    const isSettled = async () => {
      await chain.mine();
      await app.waitForBlock(await chain.height());
      return (await app.payment(payment.id)).status === 'settled';
    };
    await waitFor('the payment settled', isSettled);
    const sweeps = await app.database.dataSource.query<{ state: string }[]>(
      'SELECT state FROM sweeps WHERE token_address IS NULL',
    );
    expect(sweeps).toEqual([{ state: 'waiting' }]);
  });
});
