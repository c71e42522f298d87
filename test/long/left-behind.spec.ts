import { afterEach, describe, expect, it } from '@jest/globals';
import { TakenTransfers1798000600100 } from '../../src/database/migrations/1798000600100-taken-transfers.js';
import { SweepWorld, TREASURY } from '../harness/sweep-world.js';

const ETHER = 10n ** 18n;
let world: SweepWorld;
afterEach(() => world?.stop());

const scanned = async () => {
  await world.chain.mine();
  await world.app.waitForBlock(await world.chain.height());
};
const emptied = (address: string, token?: string) =>
  world.mineUntil('all swept', async () => {
    await world.plan();
    return (token === undefined ? await world.native(address) : await world.token(address, token)) === 0n;
  });

describe('money that a sweep does not take', () => {
  it('of a token, in a batch: what was not final yet goes with the next one', async () => {
    world = await SweepWorld.startBatched();
    const payment = await world.paidToken(1_000n);
    await world.chain.payToken(payment.address, 500n);
    await scanned();
    await world.plan();
    await world.settled(payment.id);
    expect(await world.token(payment.address)).toBe(500n);
    await emptied(payment.address, world.chain.token);
    expect(await world.token(TREASURY)).toBe(1_500n);
    await world.requireProvenBooks();
  });

  it('is not marked with it, whatever the block it came in: what came after the signature goes later', async () => {
    world = await SweepWorld.start();
    const payment = await world.paid(ETHER);
    const heal = world.refuseBroadcasts();
    await world.plan();
    await world.waitForOutgoing(`state = 'sent'`);
    // The last block is taken back, and has somebody's transfer in it when it comes again.
    await world.chain.reorg(1, []);
    await world.chain.pay(payment.address, ETHER / 2n);
    await scanned();
    heal();
    await world.settled(payment.id);
    expect(await world.native(payment.address)).toBe(ETHER / 2n);
    await emptied(payment.address);
    await world.requireProvenBooks();
  });

  it('and was marked with it by an earlier version is found by the upgrade', async () => {
    world = await SweepWorld.start();
    const swept = await world.paid(ETHER);
    const left = await world.paid(ETHER);
    await world.plan();
    await world.settled(swept.id);
    await world.settled(left.id);
    await world.chain.pay(left.address, ETHER / 2n);
    await scanned();
    await world.app.database.dataSource.query('UPDATE transfers SET swept_at = now() WHERE swept_at IS NULL');
    const runner = world.app.database.dataSource.createQueryRunner();
    try {
      const upgrade = new TakenTransfers1798000600100();
      await upgrade.down(runner);
      await upgrade.up(runner);
    } finally {
      await runner.release();
    }
    const unswept = await world.app.database.dataSource.query(
      'SELECT payment_id, amount FROM transfers WHERE swept_at IS NULL',
    );
    expect(unswept).toEqual([{ payment_id: left.id, amount: (ETHER / 2n).toString() }]);
    await emptied(left.address);
    await world.requireProvenBooks();
  });
});
