import { afterEach, describe, expect, it } from '@jest/globals';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { SweepPlanner } from '../../src/sweeper/planning/sweep-planner.js';
import { NO_RATES } from '../../src/config/rates.js';
import { TestApp } from '../harness/app.js';
import { checkBooks } from '../harness/books.js';
import { TANK, TREASURY } from '../harness/sweep-world.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const GWEI = 10n ** 9n;
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
  it('keep no payment from being settled, in another asset of a price, nor gas that is left over from the tank', async () => {
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
    const outgoing = (condition: string) =>
      app.database.dataSource.query<{ state: string; amount: string; recipient: string }[]>(
        `SELECT state, amount, recipient FROM outgoing_transactions WHERE ${condition}`,
      );
    await chain.setBaseFee(40n * GWEI);
    await chain.mine();
    await app.waitForBlock(await chain.height());
    await app.get(SweepPlanner).plan(config, which);
    await waitFor('gas', async () => (await outgoing(`purpose = 'gas' AND state = 'sent'`)).length > 0);
    await chain.mine();
    await chain.setBaseFee(GWEI);
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
    const back = await waitFor('what is left to go back', async () => {
      await chain.mine();
      await app.waitForBlock(await chain.height());
      return (await outgoing(`purpose = 'gas_return' AND state = 'confirmed'`))[0];
    });
    expect(back.recipient).toBe(TANK.address.toLowerCase());
    const [gas] = await outgoing(`purpose = 'gas'`);
    expect(BigInt(back.amount)).toBeGreaterThan(BigInt(gas?.amount ?? 0) / 2n);
    // What it offered for its own gas and did not need may be beside it.
    expect(BigInt(await chain.rpc('eth_getBalance', [payment.address, 'latest']))).toBeGreaterThanOrEqual(1n);
    // All of the customer's is still booked, and there.
    const report = await checkBooks(app.database, config);
    expect([report.differences.all(), report.unchecked.all()]).toEqual([[], []]);
  });
});
