import { afterEach, describe, expect, it } from '@jest/globals';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type Page } from '../../src/http/page.js';
import { PaymentRecords } from '../../src/payments/payment-records.js';
import { type Payment } from '../../src/payments/payment.entity.js';
import { MOST_TOLD_AT_ONCE } from '../../src/payments/told-deposits.js';
import { REFUNDS_AT_ONCE } from '../../src/refunds/dto/list-refunds.dto.js';
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

/** An ether, for long. */
const ASKED = { amount: '1000000000000000000', expires_in_minutes: 600 };

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

  it('are told of by their largest where very many do not count, and are all listed', async () => {
    const chain = await startChain();
    const app = await TestApp.start({ chains: [chain.config] });
    ended.push(() => app.stop());
    const [payment, another] = [await app.createPayment(ASKED), await app.createPayment(ASKED)];
    const specks = 1_000;
    const amounts = Array.from({ length: specks }, (_, index) => BigInt(index + 1));
    await chain.payTokenBatch(
      amounts.map(() => payment.address),
      amounts,
    );
    await chain.pay(another.address, 1n);
    await chain.mine(1);
    await app.waitForBlock(await chain.height());
    expect(await app.payment(another.id)).toMatchObject({ amount_received: '1' });
    const { dataSource } = app.database;
    const told = await dataSource.query<{ amount: string }[]>(
      `SELECT body::jsonb #>> '{data,amount}' AS amount FROM events WHERE type = 'deposit.unassigned' ORDER BY 1`,
    );
    const largest = amounts.slice(-MOST_TOLD_AT_ONCE).map(String);
    expect(told.map(({ amount }) => amount).sort()).toEqual(largest.sort());
    const [listed] = await dataSource.query<{ count: string }[]>('SELECT count(*) FROM transfers');
    expect(Number(listed?.count)).toBe(specks + 1);
  });

  it('that were told of are all told of again when a reorg takes them away, however many it takes', async () => {
    const chain = await startChain();
    const app = await TestApp.start({ chains: [chain.config] });
    ended.push(() => app.stop());
    const payment = await app.createPayment(ASKED);
    const told = async (type: string) => {
      const [row] = await app.database.dataSource.query<{ count: string }[]>(
        'SELECT count(*) FROM events WHERE type = $1',
        [type],
      );
      return Number(row?.count);
    };
    const blocks = 2;
    for (let block = 0; block < blocks; block++) {
      const amounts = Array.from({ length: MOST_TOLD_AT_ONCE }, () => 1n);
      await chain.payTokenBatch(
        amounts.map(() => payment.address),
        amounts,
      );
      await chain.mine(1);
      await app.waitForBlock(await chain.height());
    }
    const all = blocks * MOST_TOLD_AT_ONCE;
    expect(await told('deposit.unassigned')).toBe(all);
    await chain.reorg(blocks);
    await chain.mine(1);
    await waitFor('the reorg to be told of', async () => (await told('deposit.reorged')) === all);
  });
});

describe('refunds that were cancelled, of one payment', () => {
  it('are listed in pages, and weigh nothing in what it is worth', async () => {
    const chain = await startChain();
    const app = await TestApp.start({ chains: [chain.config] });
    ended.push(() => app.stop());
    const payment = await app.createPayment(ASKED);
    await chain.pay(payment.address, 10n ** 17n);
    await chain.mine(6);
    await waitFor('money', async () => (await app.payment(payment.id)).amount_confirmed === `${10n ** 17n}`);
    const path = `/api/v1/payments/${payment.id}/refunds`;
    const body = { to: '0x00000000219ab540356cbb839cbe05303d7705fa', amount: '1000' };
    const { body: first } = await app.request<{ id: string }>('POST', path, body);
    await app.request('POST', `/api/v1/refunds/${first.id}/cancel`);
    // Each once, as its merchant would have asked for and cancelled them one by one.
    const copies = REFUNDS_AT_ONCE + 10;
    await app.database.dataSource.query(
      `INSERT INTO refunds SELECT (jsonb_populate_record(refund, jsonb_build_object('id', gen_random_uuid()))).*
       FROM refunds refund, generate_series(1, $2::int) WHERE refund.id = $1`,
      [first.id, copies],
    );
    expect((await app.request('POST', path, body)).status).toBe(201);
    const total = copies + 2;
    const { body: page } = await app.request<Page<{ id: string }>>('GET', path);
    expect(page).toMatchObject({ has_more: true });
    expect(page.data).toHaveLength(REFUNDS_AT_ONCE);
    const { body: last } = await app.request<Page<{ id: string }>>('GET', `${path}?after=${page.next}`);
    expect(last).toMatchObject({ has_more: false, next: null });
    expect(new Set([...page.data, ...last.data].map(({ id }) => id)).size).toBe(total);
    const [held] = await app.database.dataSource.transaction((manager) =>
      app.get(PaymentRecords).of(manager, [{ id: payment.id } as Payment]),
    );
    expect(held?.refunds).toMatchObject([{ amount: 1_000n, state: 'created' }]);
  });
});
