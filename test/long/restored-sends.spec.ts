import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { dumpDatabase } from '../../src/backup/dump.js';
import { type Settings } from '../../src/config/settings.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { PAYOUT, SweepWorld } from '../harness/sweep-world.js';
import { tempFolder } from '../harness/temp-folder.js';

const ETHER = 10n ** 18n;
const WITHOUT_SWEEPER: Partial<Settings> = { roles: ['api', 'scanner', 'worker'] };
const KEYS = { payoutPrivateKey: PAYOUT.privateKey };
const folder = tempFolder();
const file = join(folder.path, 'quittance.backup');
let world: SweepWorld;
afterEach(async () => {
  await world?.stop();
  rmSync(file, { force: true });
});
afterAll(() => folder.remove());

const refund = async (paymentId: string, amount: bigint) => {
  const to = Wallet.createRandom().address;
  const body = { to, amount: amount.toString() };
  const path = `/api/v1/payments/${paymentId}/refunds`;
  const { status, body: view } = await world.app.request<RefundView>('POST', path, body);
  expect(status).toBe(201);
  return { id: view.id, to, amount };
};
const stateOf = async (id: string) =>
  (await world.app.request<RefundView>('GET', `/api/v1/refunds/${id}`)).body.status;
const ended = (id: string) => world.mineUntil('the refund', async () => (await stateOf(id)) === 'confirmed');
/** What a refund left was swept: that nothing more is there a plan finds, when all that was sent is final. There is one a minute. */
const settledByPlans = (id: string) =>
  world.mineUntil('payment settled', async () => {
    await world.plan();
    return (await world.app.payment(id)).status === 'settled';
  });

describe('what was sent after the backup that a database is restored from', () => {
  it.each([
    ['one by one', () => SweepWorld.start(KEYS)],
    ['in batches', () => SweepWorld.startBatched(KEYS)],
  ])('%s is read from the chain before anything is signed: nothing is paid twice', async (_how, start) => {
    world = await start();
    await world.chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(10n * ETHER)]);
    const swept = await world.paid(ETHER);
    await world.plan();
    await world.settled(swept.id);
    const [kept, native, token, planned] = [
      await world.paid(ETHER),
      await world.paid(ETHER),
      await world.paidToken(5_000_000n),
      await world.paidToken(7_000_000n),
    ];
    await world.restart(WITHOUT_SWEEPER);
    const open = [
      await refund(swept.id, ETHER / 4n),
      await refund(swept.id, ETHER / 8n),
      await refund(kept.id, ETHER / 4n),
      await refund(token.id, 1_000_000n),
    ];
    await world.app.waitForBlock(await world.chain.height());
    await world.app.request('POST', '/api/v1/sweeps/run', { payment_ids: [planned.id] });
    await dumpDatabase(world.app.database.url, file);

    await world.restart();
    for (const { id } of open) await ended(id);
    await world.plan();
    for (const { id } of [native, planned, kept, token]) await world.settled(id);
    const lost = await world.paidOdd(400n);
    await world.plan();
    await world.settled(lost.id);
    const sent = await world.chain.rpc<string>('eth_getTransactionCount', [PAYOUT.address, 'latest']);
    expect(Number(sent)).toBe(2);
    await world.requireProvenBooks();

    await world.restore(file);
    await world.app.request('POST', '/api/v1/sweeps/resume', {});
    for (const { id } of open) await ended(id);
    for (const { id } of [native, planned, kept, token]) await settledByPlans(id);
    for (const { to, amount } of open.slice(0, 3)) expect([to, await world.native(to)]).toEqual([to, amount]);
    expect(await world.token(open[3]?.to as string)).toBe(1_000_000n);
    expect(await world.chain.rpc('eth_getTransactionCount', [PAYOUT.address, 'latest'])).toBe(sent);
    expect(await world.app.database.dataSource.query('SELECT FROM restored_chains')).toEqual([]);
    await world.requireProvenBooks();

    // And it goes on.
    const more = await refund(native.id, 1_000n);
    await ended(more.id);
    expect(await world.native(more.to)).toBe(1_000n);
  });

  it('with bytes that replaced those of the backup is known as ours, and not called somebody else’s', async () => {
    world = await SweepWorld.start({ sweepBumpAfterMs: 200 });
    const payment = await world.paid(ETHER);
    const heal = world.refuseBroadcasts();
    const asked = await refund(payment.id, ETHER / 4n);
    await world.waitForOutgoing(`purpose = 'refund'`);
    await dumpDatabase(world.app.database.url, file);
    const [row] = await world.outgoing(`purpose = 'refund'`);
    const [first] = await world.attempts(row?.id as string);
    await world.mineUntil('other bytes', async () => (await world.attempts(row?.id as string)).length > 1);
    heal();
    await ended(asked.id);
    const [paid] = await world.outgoing(`purpose = 'refund'`);
    expect(paid?.tx_hash).not.toBe(first);

    await world.restore(file);
    await ended(asked.id);
    expect(await world.outgoing(`purpose = 'refund'`)).toMatchObject([
      { state: 'confirmed', tx_hash: paid?.tx_hash },
    ]);
    expect(await world.native(asked.to)).toBe(asked.amount);
    await world.requireProvenBooks();
  });
});
