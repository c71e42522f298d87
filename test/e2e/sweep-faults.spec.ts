import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toQuantity } from 'ethers';
import { SweepWorld, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
let world: SweepWorld;
afterEach(() => world?.stop());

const allArrived = async (amount: bigint) => expect(await world.arrivedWithFees()).toBe(amount);

describe('a sweep', () => {
  beforeEach(async () => {
    world = await SweepWorld.start();
  });

  it('that was signed and not broadcast when the process ended goes out as the same bytes', async () => {
    const payment = await world.paid(ETHER);
    const heal = world.refuseBroadcasts();
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent' AND reason LIKE '%txpool is full%'`);
    const [signed] = await world.attempts(id);
    await world.restart();
    heal();
    const { sweep } = await world.settled(payment.id);
    expect(sweep?.tx_hash).toBe(signed);
    expect(await world.outgoing()).toHaveLength(1);
    await allArrived(ETHER);
  });

  it('that a reorg drops is mined again as the same bytes, and settles once', async () => {
    const payment = await world.paid(ETHER);
    await world.plan();
    await world.waitForOutgoing(`state = 'sent'`);
    await world.chain.mine();
    const { tx_hash: hash } = await world.waitForOutgoing(`state = 'mined'`);
    await world.chain.mine();
    await world.chain.reorg(2);
    expect(await world.chain.rpc('eth_getTransactionReceipt', [hash])).toBeNull();
    await world.waitForOutgoing(`state = 'sent' AND tx_hash IS NULL`);
    expect((await world.app.payment(payment.id)).status).toBe('confirmed');
    const settled = await world.settled(payment.id);
    expect(settled.sweep?.tx_hash).toBe(hash);
    await world.chain.mine(3);
    expect(await world.timesTold(payment.id)).toBe(1);
    await allArrived(ETHER);
  });

  it('whose fee is too low for the market is replaced at the same nonce, and one of the two arrives', async () => {
    const payment = await world.paid(ETHER);
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent'`);
    // More than it offers, for some blocks.
    await world.chain.setBaseFee(6n * 10n ** 9n);
    await world.chain.mine();
    world.bumpAfter(300);
    await waitFor('a replacement', async () => (await world.attempts(id)).length >= 2);
    const settled = await world.settled(payment.id);
    const attempts = await world.attempts(id);
    expect(attempts.slice(1)).toContain(settled.sweep?.tx_hash);
    expect(await world.outgoing()).toMatchObject([{ state: 'confirmed' }]);
    expect(await world.timesTold(payment.id)).toBe(1);
    await allArrived(ETHER);
  });

  it('whose money is no longer all there is signed again for what is left, without raising fees at every tick', async () => {
    const payment = await world.paid(ETHER);
    const heal = world.refuseBroadcasts();
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent'`);
    await world.chain.rpc('anvil_setBalance', [payment.address, toQuantity(ETHER / 2n)]);
    world.isRobbed = true;
    world.bumpAfter(700);
    heal();
    const settled = await world.settled(payment.id);
    expect((await world.native(TREASURY)) + BigInt(settled.sweep?.fee ?? 0)).toBe(ETHER / 2n);
    expect((await world.attempts(id)).length).toBeLessThanOrEqual(4);
  });
});
