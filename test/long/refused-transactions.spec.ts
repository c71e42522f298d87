import { afterEach, describe, expect, it } from '@jest/globals';
import { Transaction, Wallet } from 'ethers';
import { PAYOUT, SweepWorld, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';
import { askRefund, refundEnds, signedBy, startRefunding, twoSwept } from '../harness/world-refunds.js';

const ETHER = 10n ** 18n;
const SOON = { sweepBumpAfterMs: 400 };
const MOST_MS = 90_000;
let world: SweepWorld;
afterEach(() => world?.stop());

const ofPayout = signedBy(PAYOUT.address);

const refusedTimes = async () => {
  const [row] = await world.app.database.dataSource.query<{ times: string }[]>(
    `SELECT refused_times AS times FROM outgoing_transactions WHERE purpose = 'refund' ORDER BY nonce LIMIT 1`,
  );
  return Number(row?.times);
};

describe('bytes that every node refuses', () => {
  it('in words that nobody knows keep no other refund of their account waiting, restarts or not', async () => {
    world = await startRefunding(SOON);
    const [bad, good] = await twoSwept(world, ETHER);
    const barred = Wallet.createRandom().address;
    world.refuseBroadcasts((raw) => ofPayout(raw) && Transaction.from(raw).to === barred, 'computer says no');
    expect((await askRefund(world, bad, barred, ETHER / 2n)).status).toBe(201);
    await world.mineUntil('some refusals', async () => (await refusedTimes()) >= 4, MOST_MS);
    await world.restart();
    expect(await refusedTimes()).toBeGreaterThanOrEqual(4);
    const to = Wallet.createRandom().address;
    expect((await askRefund(world, good, to, ETHER)).status).toBe(201);
    await world.mineUntil('the other refund', async () => (await world.native(to)) === ETHER, MOST_MS);
    expect(await refundEnds(world, bad)).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('refused'),
    });
    expect(await world.native(barred)).toBe(0n);
    await world.requireBooks();
  });

  it('since they may cost more than nodes take are followed by no dearer ones, and those before are sent again', async () => {
    world = await SweepWorld.start(SOON);
    const payment = await world.paid(ETHER);
    let cap: bigint | undefined;
    const isAboveCap = (raw: string) => {
      const { gasLimit, maxFeePerGas } = Transaction.from(raw);
      const cost = gasLimit * (maxFeePerGas ?? 0n);
      cap ??= cost;
      return cost > cap;
    };
    world.refuseBroadcasts(isAboveCap, 'tx fee (1.63 ether) exceeds the configured cap (1.00 ether)');
    await world.plan();
    const { id } = await world.waitForOutgoing(`purpose = 'sweep'`);
    await waitFor('the dearer bytes to be refused', async () => {
      const [row] = await world.outgoing(`purpose = 'sweep'`);
      return row?.reason?.includes('configured cap') === true;
    });
    const [first] = (await world.bytesOf(id)) as [string];
    // As a node does that is started again, or whose pool is full of dearer ones.
    const dropped = await world.chain.rpc('anvil_dropTransaction', [Transaction.from(first).hash]);
    expect(dropped).toBe(Transaction.from(first).hash);
    await world.settled(payment.id);
    const [sweep] = await world.outgoing();
    expect(sweep).toMatchObject({
      state: 'confirmed',
      tx_hash: Transaction.from(first).hash,
      received: String(await world.native(TREASURY)),
    });
    expect(await world.attempts(id)).toHaveLength(2);
  });
});
