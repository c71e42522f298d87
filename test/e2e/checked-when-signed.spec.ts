import { afterEach, describe, expect, it } from '@jest/globals';
import { Wallet } from 'ethers';
import { type Settings } from '../../src/config/settings.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { SigningGate, type SigningRequest } from '../../src/outgoing/signing-gate.js';
import { OutgoingLoop } from '../../src/outgoing/outgoing-loop.js';
import { PAYOUT, SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';
import { toAddress, toChainId } from '../../src/ids/ids.js';

const ETHER = 10n ** 18n;
const GWEI = 10n ** 9n;
let world: SweepWorld;
afterEach(() => world?.stop());

/** The process that signs is down; whoever plans is not. */
const WITHOUT_SWEEPER: Partial<Settings> = { roles: ['api', 'scanner', 'worker'] };

const refund = async (paymentId: string, to: string, amount: bigint) =>
  (
    await world.app.request<RefundView>('POST', `/api/v1/payments/${paymentId}/refunds`, {
      to,
      amount: amount.toString(),
    })
  ).body;
const refundsOf = async (paymentId: string) =>
  (await world.app.request<{ data: RefundView[] }>('GET', `/api/v1/payments/${paymentId}/refunds`)).body.data;
const planned = async () => {
  await world.app.waitForBlock(await world.chain.height());
  await world.app.request('POST', '/api/v1/sweeps/run', {});
};

describe('a sweep that was planned', () => {
  it('goes to the treasury of today, native money and tokens alike', async () => {
    world = await SweepWorld.start();
    const [native, token] = [await world.paid(ETHER), await world.paidToken(5_000_000n)];
    await world.restart(WITHOUT_SWEEPER);
    await planned();
    const fresh = Wallet.createRandom().address;
    await world.restart({ treasuryAddress: fresh });
    await world.settled(native.id);
    await world.settled(token.id);
    expect([await world.native(TREASURY), await world.token(TREASURY)]).toEqual([0n, 0n]);
    expect(await world.native(fresh)).toBeGreaterThan((ETHER * 99n) / 100n);
    expect(await world.token(fresh)).toBe(5_000_000n);
  });

  it('stays where it is while another process would have it elsewhere, and goes once that one is gone', async () => {
    world = await SweepWorld.start();
    const other = Wallet.createRandom().address;
    await world.app.database.dataSource.query(
      `INSERT INTO running_processes (id, name, roles, settings, seen_at)
       VALUES (gen_random_uuid(), 'process 7 on shop-2', '{sweeper}', $1, now() + interval '30 seconds')`,
      [{ [`chain ${world.chain.config.chainId}: treasury`]: other }],
    );
    const native = await world.paid(ETHER);
    await planned();
    const row = await world.sweepIn(native.id, 'waiting');
    expect(row).toMatchObject({
      reason_code: 'treasury',
      reason: expect.stringMatching(
        new RegExp(
          `is ${TREASURY} here, and ${other} in process 7 on shop-2, which runs too: nothing is swept`,
          'i',
        ),
      ),
    });
    await world.app.database.dataSource.query(
      `DELETE FROM running_processes WHERE name = 'process 7 on shop-2'`,
    );
    await world.plan();
    await world.settled(native.id);
    expect([await world.native(other), await world.outgoing()]).toEqual([0n, expect.anything()]);
  });
});

describe('a refund', () => {
  it('is not paid to what has become an account of ours since it was asked for', async () => {
    world = await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey });
    const payment = await world.paid(ETHER);
    await world.restart(WITHOUT_SWEEPER);
    const fresh = Wallet.createRandom().address;
    expect(await refund(payment.id, fresh, 1_000n)).toMatchObject({ state: 'created' });
    await world.restart({ treasuryAddress: fresh });
    await world.mineUntil('its end', async () => (await refundsOf(payment.id))[0]?.state === 'failed');
    expect((await refundsOf(payment.id))[0]?.failure).toContain('is the treasury: no money goes there');
    await world.plan();
    await world.settled(payment.id);
  });
});

describe('a pause', () => {
  it('that comes between plan and signature holds, also for gas, and what was planned goes after it', async () => {
    world = await SweepWorld.start();
    const [native, token] = [await world.paid(ETHER), await world.paidToken(5_000_000n)];
    await world.restart(WITHOUT_SWEEPER);
    await planned();
    await world.app.request('POST', '/api/v1/sweeps/pause', { reason: 'audit' });
    await world.restart();
    world.app.get(OutgoingLoop).wake({ chainId: toChainId(31_337) });
    await world.chain.mine(3);
    await world.app.waitForBlock(await world.chain.height());
    expect(await world.outgoing()).toEqual([]);
    await world.app.request('POST', '/api/v1/sweeps/resume', {});
    await world.settled(native.id);
    await world.settled(token.id);
    expect(await world.native(TANK.address)).toBeLessThan(100n * ETHER);
  });
});

describe('the gate', () => {
  it('holds the limits of the day, where money may go and the pause, inside of the transaction', async () => {
    const sweep = { enabled: true, minimum: 0n, maxPerDay: ETHER };
    world = await SweepWorld.start({}, { sweep });
    const payment = await world.paid(ETHER / 2n);
    await world.plan();
    await world.settled(payment.id);
    const gate = world.app.get(SigningGate);
    const { dataSource } = world.app.database;
    const ask = (request: Partial<SigningRequest>, then: () => Promise<unknown> = () => Promise.resolve()) =>
      dataSource.transaction(async (manager) => {
        await gate.require(manager, {
          payer: null,
          chainId: toChainId(31_337),
          purpose: 'sweep',
          fees: { maxFeePerGas: GWEI, maxPriorityFeePerGas: 1n },
          fee: null,
          movements: [],
          balance: null,
          ...request,
        });
        await then();
      });
    const moving = (amount: bigint, recipient: string, purpose: SigningRequest['purpose'] = 'sweep') =>
      ask({ purpose, movements: [{ amount, recipient: toAddress(recipient), tokenAddress: null }] });
    await moving(ETHER / 2n, TREASURY);
    await expect(moving(ETHER / 2n + ETHER / 100n, TREASURY)).rejects.toMatchObject({ code: 'daily_limit' });
    await expect(moving(1n, TANK.address)).rejects.toMatchObject({ code: 'treasury' });
    await expect(moving(1n, TREASURY, 'refund')).rejects.toMatchObject({ code: 'recipient' });
    await expect(moving(1n, TREASURY, 'gas')).rejects.toMatchObject({ code: 'recipient' });
    await expect(moving(1n, TREASURY, 'gas_return')).rejects.toMatchObject({ code: 'recipient' });
    await moving(1n, payment.address, 'gas');
    await expect(ask({ payer: toAddress(payment.address) })).rejects.toMatchObject({ code: 'balance' });
    await ask({ payer: toAddress(TANK.address) });
    await moving(1n, TANK.address, 'gas_return');

    // Whoever pauses is answered when what is being signed is signed.
    const order: string[] = [];
    let paused: Promise<unknown> = Promise.resolve();
    await ask({}, async () => {
      paused = world.app.request('POST', '/api/v1/sweeps/pause', {}).then(() => order.push('paused'));
      await waitFor('the pause to wait', async () => {
        const [row] = await dataSource.query<{ waiting: string }[]>(
          `SELECT count(*) AS waiting FROM pg_stat_activity
           WHERE wait_event_type = 'Lock' AND query LIKE '%sweeper_controls%' AND datname = current_database()`,
        );
        return Number(row?.waiting) > 0;
      });
      order.push('signed');
    });
    await paused;
    expect(order).toEqual(['signed', 'paused']);
    await expect(ask({})).rejects.toMatchObject({ code: 'paused' });
  });
});
