import { afterEach, describe, expect, it } from '@jest/globals';
import { Wallet } from 'ethers';
import { areEmptyOf } from '../../src/outgoing/transaction-bytes.js';
import { toAddress } from '../../src/ids/ids.js';
import { PAYOUT, SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';
import { askRefund, refundEnds, signedBy, startRefunding, twoSwept } from '../harness/world-refunds.js';

const ETHER = 10n ** 18n;
const NEVER = 'intrinsic gas too high -- tx.gas_limit > env.block.gas_limit';
const SOON = { sweepBumpAfterMs: 400 };
let world: SweepWorld;
afterEach(() => world?.stop());

describe('bytes that every node refuses for good', () => {
  it('keep no other refund of their account waiting, and are told as failed', async () => {
    world = await startRefunding(SOON);
    const [bad, good] = await twoSwept(world, ETHER);
    const heal = world.refuseBroadcasts(signedBy(PAYOUT.address), NEVER);
    const to = Wallet.createRandom().address;
    expect((await askRefund(world, bad, to, ETHER / 2n)).status).toBe(201);
    expect(await refundEnds(world, bad)).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('refused for good'),
    });
    heal();
    // What did not go back may be asked for again.
    expect((await askRefund(world, bad, to, ETHER)).status).toBe(201);
    expect((await askRefund(world, good, to, ETHER)).status).toBe(201);
    expect(await refundEnds(world, good)).toMatchObject({ state: 'confirmed' });
    await world.mineUntil('both', async () => (await world.native(to)) === 2n * ETHER);
  });

  it('keep no sweep of the gas tank waiting', async () => {
    world = await SweepWorld.startBatched(SOON);
    const bad = await world.paidToken(5_000_000n);
    const heal = world.refuseBroadcasts(signedBy(TANK.address), NEVER);
    await world.plan();
    const failed = await world.sweepIn(bad.id, 'failed');
    expect(failed).toMatchObject({ reason: expect.stringContaining('refused for good'), received: '0' });
    heal();
    const good = await world.paidToken(7_000_000n);
    await world.plan();
    await world.settled(good.id);
    await world.plan({ isForced: true });
    await world.settled(bad.id);
    expect(await world.token(TREASURY)).toBe(12_000_000n);
  });

  it('are followed where they are mined after all', async () => {
    world = await SweepWorld.start(SOON);
    const payment = await world.paid(ETHER);
    world.refuseBroadcasts(() => true, NEVER);
    await world.plan();
    const { id } = await world.waitForOutgoing(`purpose = 'sweep'`);
    await waitFor('the empty one', async () => (await world.attempts(id)).length === 2);
    const [first, second] = (await world.bytesOf(id)) as [string, string];
    const from = toAddress(payment.address);
    expect([areEmptyOf(from, first), areEmptyOf(from, second)]).toEqual([false, true]);
    await world.chain.rpc('eth_sendRawTransaction', [first]);
    await world.settled(payment.id);
    const [sweep] = await world.outgoing();
    expect(sweep).toMatchObject({ state: 'confirmed', received: String(await world.native(TREASURY)) });
    expect(await world.attempts(id)).toHaveLength(2);
  });
});
