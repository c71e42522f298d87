import { afterEach, describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { type PlannedView, type SweepView } from '../../src/sweeper/sweep.view.js';
import { TEST_MNEMONIC, TestApp } from '../harness/app.js';
import { SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';

const ETHER = 10n ** 18n;
const account = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), "m/44'/60'/0'");
let world: SweepWorld;
afterEach(() => world?.stop());

const listed = async (paymentId: string) =>
  (await world.app.request<{ data: SweepView[] }>('GET', `/api/v1/sweeps?payment_id=${paymentId}`)).body.data;
const run = (body: object) => world.app.request<{ data: PlannedView[] }>('POST', '/api/v1/sweeps/run', body);
const scanned = async () => world.app.waitForBlock(await world.chain.height());

describe('money that costs too much to sweep', () => {
  it('waits, is shown as waiting and why, and goes when it shares a batch that pays', async () => {
    // One TUSD is worth a thousandth of an ether.
    world = await SweepWorld.start({}, {}, { minimum: 0n, nativeValue: ETHER / 1000n });
    const small = await world.paidToken(20_000n);
    const dust = await world.paid(1_000n);
    await world.plan();
    const [waiting] = await listed(small.id);
    expect(waiting).toMatchObject({
      state: 'waiting',
      reason_code: 'fee_share',
      reason: expect.stringMatching(/^its fee of \d+ wei is more than 500 basis points of its worth/),
      amount: '20000',
    });
    expect(BigInt(waiting?.estimated_fee ?? 0)).toBeGreaterThan(ETHER / 1000n / 50n);
    const big = await world.paidToken(900_000_000n);
    await world.plan();
    await world.settled(big.id);
    await world.settled(small.id);
    expect(await world.token(TREASURY)).toBe(900_020_000n);
    // Native money below its own fee can be carried by nobody.
    expect(await listed(dust.id)).toMatchObject([
      { state: 'waiting', reason_code: 'fee_share', amount: '1000' },
    ]);
  });
});

describe('an operator', () => {
  it('sees in a dry run what would go, and nothing does', async () => {
    world = await SweepWorld.start();
    const payment = await world.paid(ETHER);
    await scanned();
    const { body } = await run({ dry_run: true });
    expect(body.data).toMatchObject([{ payment_id: payment.id, goes: true, amount: ETHER.toString() }]);
    await world.chain.mine(3);
    await scanned();
    expect(await listed(payment.id)).toEqual([]);
    expect(await world.outgoing()).toEqual([]);
  });

  it('pauses everything, for restarts as well, until it is resumed', async () => {
    world = await SweepWorld.start();
    const payment = await world.paid(ETHER);
    await world.app.request('POST', '/api/v1/sweeps/pause', { reason: 'audit' });
    await world.plan();
    expect(await listed(payment.id)).toMatchObject([
      { state: 'waiting', reason_code: 'paused', reason: 'sweeping is paused: audit' },
    ]);
    await world.restart();
    await run({ force: true });
    await world.chain.mine(3);
    await scanned();
    expect(await world.outgoing()).toEqual([]);
    await world.app.request('POST', '/api/v1/sweeps/resume');
    await world.plan();
    await world.settled(payment.id);
  });

  it('cannot name a deposit address as the treasury, handed out or not', async () => {
    world = await SweepWorld.start();
    const start = (treasuryAddress: string) =>
      TestApp.start({
        chains: [{ ...world.chain.config, sweep: { enabled: true, minimum: 0n } }],
        settings: { treasuryAddress },
      });
    await expect(start(account.deriveChild(0).deriveChild(7).address)).rejects.toThrow(
      /is a deposit address of this wallet/,
    );
  });
});

describe('with an XPUB', () => {
  it('payments end at confirmed: nothing is planned, nothing is signed', async () => {
    const sweep = { enabled: true, minimum: 0n };
    world = await SweepWorld.start({ mnemonic: null, xpub: account.neuter().extendedKey }, { sweep });
    const payment = await world.paid(ETHER);
    await expect(world.plan()).rejects.toThrow(/with XPUB there is no key/);
    expect(await run({ force: true, payment_ids: [payment.id] })).toMatchObject({ status: 409 });
    await world.chain.mine(3);
    await scanned();
    expect(await world.app.payment(payment.id)).toMatchObject({ status: 'confirmed', sweep: null });
    expect(await world.outgoing()).toEqual([]);
    const refund = { to: TANK.address, amount: '1' };
    const refused = await world.app.request('POST', `/api/v1/payments/${payment.id}/refunds`, refund);
    expect(refused).toMatchObject({ status: 409, body: { detail: expect.stringContaining('no key here') } });
  });
});
