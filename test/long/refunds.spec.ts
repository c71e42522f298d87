import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { PAYOUT, SweepWorld } from '../harness/sweep-world.js';
import { refundBecomes, refundsOf, requestRefund } from '../harness/world-refunds.js';

/* What refunds share an address, its gas or an account with. The stories of a single one are in test/e2e. */
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
  it('pays no gas of what another is to be paid with, nor fails for what fees took before it was asked for', async () => {
    const [atOnce, inTurn] = [await world.paid(ETHER), await world.paid(ETHER)];
    const half = { to: customer(), amount: (ETHER / 2n).toString() };
    await Promise.all([ask(atOnce, half), ask(atOnce, half), ask(inTurn, half)]);
    await ended(inTurn, 'confirmed');
    await ask(inTurn, half);
    for (const payment of [atOnce, inTurn]) {
      for (const index of [0, 1]) {
        expect(await ended(payment, 'confirmed', index)).toMatchObject({ source: 'deposit' });
      }
    }
    expect(await world.native(half.to)).toBe(2n * ETHER);
  });

  it('waits for what the gas of another took where no key is there to make up for it, and says so', async () => {
    const payment = await world.paid(ETHER);
    await world.restart({ gasTankPrivateKey: null, payoutPrivateKey: null });
    const half = { to: customer(), amount: (ETHER / 2n).toString() };
    await Promise.all([ask(payment, half), ask(payment, half)]);
    const waiting = await world.mineUntil('the other to wait for it', async () =>
      (await refundsOf(world, payment)).find(({ waits_for }) => waits_for?.includes('wei were paid for gas')),
    );
    expect(waiting.waits_for).toContain('there is neither GAS_TANK_PRIVATE_KEY nor PAYOUT_PRIVATE_KEY');
    expect(await world.native(half.to)).toBe(ETHER / 2n);
    await world.restart();
    await ended(payment, 'confirmed', 0);
    await ended(payment, 'confirmed', 1);
    expect(await world.native(half.to)).toBe(ETHER);
  });

  it('waits for what the payout account lacks, and fails where there is no such account', async () => {
    const payment = await world.paid(ETHER);
    await world.plan();
    await world.settled(payment.id);
    await ask(payment, { to: customer(), amount: '1000' });
    const waiting = await world.mineUntil('a reason', async () => {
      const [refund] = await refundsOf(world, payment);
      return refund?.waits_for !== null && refund;
    });
    expect(waiting).toMatchObject({ state: 'created', waits_for: expect.stringContaining('has 0') });
    await world.restart({ payoutPrivateKey: null });
    const failed = await ended(payment, 'failed');
    expect(failed.failure).toContain('PAYOUT_PRIVATE_KEY is not set');
    expect((await world.app.eventsOf(payment.id)).at(-1)).toBe('refund.failed');
    // What failed may be asked for again.
    expect(await ask(payment, { to: customer(), amount: ETHER.toString() })).toMatchObject({ status: 201 });
  });

  it('and a sweep of the same address do not race', async () => {
    await world.chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(10n * ETHER)]);
    const payments = [await world.paid(ETHER), await world.paid(ETHER), await world.paid(ETHER)];
    const to = customer();
    const asks = payments.map((payment) => ask(payment, { to, amount: (ETHER / 2n).toString() }));
    await Promise.all([world.plan(), ...asks]);
    for (const payment of payments) await ended(payment, 'confirmed');
    await world.plan();
    for (const payment of payments) await world.settled(payment.id);
    expect(await world.native(to)).toBe((3n * ETHER) / 2n);
    const refundRows = await world.outgoing(`purpose = 'refund'`);
    expect(refundRows).toHaveLength(3);
    const [row] = await world.app.database.dataSource.query<{ left: string }[]>(
      `SELECT sum(CASE WHEN account = 'payout' THEN 0 ELSE amount + fee END) AS left FROM outgoing_transactions
       WHERE account <> 'gas_tank'`,
    );
    expect(BigInt(row?.left ?? 0)).toBe(3n * ETHER);
  });
});
