import { afterEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
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

/** Has nodes want so much for the block's miner. */
const tip = (wei: bigint) =>
  world.node.inject('eth_maxPriorityFeePerGas', {
    kind: 'answer',
    answer: () => Promise.resolve({ result: toQuantity(wei) }),
  });

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
       VALUES (gen_random_uuid(), 'process 7 on shop-2', '{sweeper}', $1, now() + interval '1 hour')`,
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

  it('waits where its fee is above its share by now, and goes when gas is cheaper or by force', async () => {
    world = await SweepWorld.start({ sweepMaxFeeBps: 500 }, {}, { minimum: 0n, nativeValue: ETHER / 100n });
    const [native, token, forced] = [
      await world.paid(ETHER / 100n),
      await world.paidToken(1_000_000n),
      await world.paid(ETHER / 50n),
    ];
    await world.restart(WITHOUT_SWEEPER);
    await planned();
    await world.app.database.dataSource.query(`UPDATE sweeps SET is_forced = true WHERE payment_id = $1`, [
      forced.id,
    ]);
    const cheaper = tip(400n * GWEI);
    await world.restart();
    for (const { id } of [native, token]) {
      const [row] = [await world.sweepIn(id, 'waiting')];
      expect(row).toMatchObject({
        reason_code: 'fee_share',
        reason: expect.stringMatching(/^its fee is \d+ wei by now, and may be \d+/),
      });
    }
    await world.settled(forced.id);
    expect(await world.outgoing(`purpose = 'gas'`)).toEqual([]);
    cheaper();
    await world.plan();
    await world.settled(native.id);
    await world.settled(token.id);
  });
});

describe('a refund', () => {
  it('waits while gas is above the ceiling, and the gas for it is not sent either', async () => {
    const sweep = { enabled: true, minimum: 0n, maxGasPrice: 100n * GWEI };
    world = await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey }, { sweep });
    const [native, token] = [await world.paid(ETHER), await world.paidToken(5_000_000n)];
    const cheaper = tip(200n * GWEI);
    // A round that has begun before would offer the old price.
    await world.app.atRest();
    const customer = Wallet.createRandom().address;
    await refund(native.id, customer, 1_000n);
    await refund(token.id, customer, 1_000n);
    for (const { id } of [native, token]) {
      await world.mineUntil('it to say what it waits for', async () =>
        (await refundsOf(id))[0]?.waits_for?.includes('max_gas_price is 100000000000'),
      );
    }
    expect(await world.outgoing()).toEqual([]);
    cheaper();
    for (const { id } of [native, token]) {
      await world.mineUntil('the refund', async () => (await refundsOf(id))[0]?.state === 'confirmed');
    }
    expect([await world.native(customer), await world.token(customer)]).toEqual([1_000n, 1_000n]);
  });

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

  it('to a contract that burns its gas, or reverts with odd words, fails alone', async () => {
    world = await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey });
    const burning = await world.chain.deploy(creating('fe'));
    const jumping = await world.chain.deploy(creating('5b600056'));
    const wordy = await world.chain.deploy(creating(revertingWith('a\0b\u001b[2J')));
    const payments = [
      await world.paid(ETHER),
      await world.paid(ETHER),
      await world.paid(ETHER),
      await world.paid(ETHER),
    ] as const;
    const [first, second, third, good] = payments;
    const innocent = await world.paid(ETHER);
    await refund(first.id, burning, 1_000n);
    await refund(second.id, jumping, 1_000n);
    await refund(third.id, wordy, 1_000n);
    const customer = Wallet.createRandom().address;
    await refund(good.id, customer, 1_000n);
    await world.plan();
    await world.settled(innocent.id);
    await world.mineUntil('the good one', async () => (await refundsOf(good.id))[0]?.state === 'confirmed');
    expect(await world.native(customer)).toBe(1_000n);
    const ends = await Promise.all([first, second, third].map(async ({ id }) => (await refundsOf(id))[0]));
    expect(ends).toMatchObject([
      { state: 'failed', failure: expect.stringContaining('burns its gas') },
      { state: 'failed', failure: expect.stringMatching(/burns its gas|reverts/) },
      { state: 'failed', failure: expect.stringContaining('reverts') },
    ]);
    expect(ends[2]?.failure).not.toMatch(/[\0\u001b]/);
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

/** Code that makes a contract with this code, hex without 0x. */
function creating(runtime: string): string {
  const size = (runtime.length / 2).toString(16).padStart(4, '0');
  return `0x61${size}80600c6000396000f3${runtime}`;
}

/** Reverts with `Error(string)`, whatever it is asked. */
function revertingWith(words: string): string {
  const text = Buffer.from(words);
  const data = `08c379a0${'20'.padStart(64, '0')}${text.length.toString(16).padStart(64, '0')}${text.toString('hex').padEnd(64, '0')}`;
  const size = (data.length / 2).toString(16).padStart(4, '0');
  // PUSH2 size, DUP1, PUSH1 12 (where the data begins), PUSH1 0, CODECOPY, PUSH1 0, REVERT
  return `61${size}80600c6000396000fd${data}`;
}
