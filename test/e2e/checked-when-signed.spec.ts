import { afterEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { type Settings } from '../../src/config/settings.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { OutgoingLoop } from '../../src/outgoing/outgoing-loop.js';
import { PAYOUT, SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';

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

  it('waits where its fee is above its share by now, and goes when gas is cheaper or by force', async () => {
    world = await SweepWorld.start({ sweepMaxFeeBps: 500 }, {}, { minimum: 0n, nativeValue: ETHER / 100n });
    const [native, token, forced] = [
      await world.paid(ETHER / 100n),
      await world.paidToken(1_000_000n),
      await world.paid(ETHER / 50n),
    ];
    await world.restart(WITHOUT_SWEEPER);
    await planned();
    await world.app.request('POST', '/api/v1/sweeps/run', { payment_ids: [forced.id], force: true });
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
    world.app.get(OutgoingLoop).wake({ chainId: 31_337 });
    await world.chain.mine(3);
    await world.app.waitForBlock(await world.chain.height());
    expect(await world.outgoing()).toEqual([]);
    await world.app.request('POST', '/api/v1/sweeps/resume', {});
    await world.settled(native.id);
    await world.settled(token.id);
    expect(await world.native(TANK.address)).toBeLessThan(100n * ETHER);
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
  // PUSH2 size, DUP1, PUSH1 14 (where the data begins), PUSH1 0, CODECOPY, PUSH1 0, REVERT
  return `61${size}80600c6000396000fd${data}`;
}
