import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { quittance } from '../harness/command-line.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { type OutgoingRow, PAYOUT, SweepWorld, TREASURY } from '../harness/sweep-world.js';
import { tempFolder } from '../harness/temp-folder.js';
import { type TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
const SETTINGS = { sweepBumpAfterMs: 60_000, payoutPrivateKey: PAYOUT.privateKey };
let world: SweepWorld;
afterEach(() => world?.stop());

/** Replaces every block from the one of a transaction on: three confirmations made it final long ago. */
const reorgFrom = async (hash: string, transactions: Parameters<TestChain['reorg']>[1] = []) => {
  const { blockNumber } = await receiptOf(hash);
  await world.chain.reorg((await world.chain.height()) - Number(blockNumber) + 1, transactions);
};
const receiptOf = (hash: string) =>
  world.chain.rpc<{ blockNumber: string; blockHash: string }>('eth_getTransactionReceipt', [hash]);
const reopened = (count = 1) =>
  waitFor('a final transaction that is opened again', async () => {
    const rows = await world.outgoing('reopened_at IS NOT NULL');
    return rows.length === count && rows;
  });
/** The bytes that were signed first. */
const bytesOf = async (outgoingId: string | undefined): Promise<string> =>
  (await world.bytesOf(outgoingId as string))[0] as string;
/** Kind and whether it undoes one, of the ledger's lines about a transaction of ours. */
const booked = (outgoingId: string) =>
  world.app.database.dataSource.query<{ reverses: string | null; block_number: string }[]>(
    'SELECT reverses, block_number FROM ledger_transactions WHERE subject = $1 ORDER BY sequence',
    [`outgoing:${outgoingId}`],
  );
/** `quittance ledger check` of the chain as it is now. */
const ledgerCheck = async () => {
  await world.app.waitForBlock(await world.chain.height());
  const folder = tempFolder();
  const file = join(folder.path, 'chains.yaml');
  writeChainsFile(file, {
    ...world.chain.config,
    tokens: [...world.chain.config.tokens, world.odd.config],
  });
  const settings = { DATABASE_URL: world.app.database.url, CHAINS_FILE: file };
  const { code, out, err } = await quittance(['ledger', 'check', '--json'], settings);
  folder.remove();
  const [{ differences, notes }] = (JSON.parse(out) as { chains: [Record<string, unknown[]>] }).chains;
  return { code, err, differences, notes };
};
const AGREES = { code: 0, err: '', differences: [], notes: [] };
const partsOf = (outgoingId: string | undefined) =>
  world.app.database.dataSource.query<Record<string, string | null>[]>(
    'SELECT received, fee, reason FROM outgoing_parts WHERE outgoing_id = $1 ORDER BY position',
    [outgoingId],
  );
const refund = async (paymentId: string, body: object) =>
  (await world.app.request<RefundView>('POST', `/api/v1/payments/${paymentId}/refunds`, body)).body;
const refundIn = (paymentId: string, state: RefundView['state']) =>
  world.mineUntil(`refund ${state}`, async () => {
    const { body } = await world.app.request<{ data: RefundView[] }>(
      'GET',
      `/api/v1/payments/${paymentId}/refunds`,
    );
    return body.data[0]?.state === state && body.data[0];
  });

describe('a reorg deeper than the confirmations', () => {
  beforeEach(async () => {
    world = await SweepWorld.start(SETTINGS);
  });

  it('that drops a final sweep has the same bytes mined again: settled once, told once, booked once', async () => {
    const payment = await world.paid(ETHER);
    await world.chain.mine(5);
    await world.plan();
    const settled = await world.settled(payment.id);
    const hash = settled.sweep?.tx_hash as string;
    await world.chain.mine(4);
    await world.app.waitForBlock(await world.chain.height());
    const [{ id } = { id: '' }] = await world.outgoing();
    await reorgFrom(hash);
    expect(await receiptOf(hash)).toBeNull();
    const [row] = await reopened();
    expect(row).toMatchObject({ id, state: 'sent', tx_hash: null, fee: null });
    expect(await world.native(payment.address)).toBe(ETHER);
    expect((await booked(id)).map(({ reverses }) => reverses === null)).toEqual([true, false]);
    await world.requireBooks();
    expect(await world.app.payment(payment.id)).toMatchObject({ status: 'settled', sweep: null });
    expect((await world.sweepsOf(payment.id)).map(({ state }) => state)).toEqual(['sent']);
    // Whoever plans now finds the money on its way.
    await world.plan({ isForced: true });
    expect(await world.sweepsOf(payment.id)).toHaveLength(1);

    await world.sweepIn(payment.id, 'confirmed');
    expect(await world.attempts(id)).toEqual([hash]);
    expect(await world.outgoing()).toMatchObject([{ id, state: 'confirmed', tx_hash: hash }]);
    const again = await world.app.payment(payment.id);
    expect(again).toMatchObject({ status: 'settled', sweep: { tx_hash: hash } });
    expect(await world.native(payment.address)).toBe(0n);
    expect((await world.native(TREASURY)) + BigInt(again.sweep?.fee ?? 0)).toBe(ETHER);
    expect((await booked(id)).map(({ reverses }) => reverses === null)).toEqual([true, false, true]);
    await world.chain.mine(4);
    await world.app.waitForBlock(await world.chain.height());
    expect(await world.timesTold(payment.id, 'payment.settled')).toBe(1);
    expect(world.app.log.some((line) => line.includes('took a final transaction away'))).toBe(true);
    const metrics = await (await fetch(`${world.app.url}/metrics`)).text();
    expect(metrics).toMatch(/quittance_outgoing_final_reorged_total\{chain="testchain",purpose="sweep"\} 1/);
  });

  it('that moves a final sweep to another block has it booked there', async () => {
    const payment = await world.paid(ETHER);
    await world.chain.mine(3);
    await world.plan();
    const { sweep } = await world.settled(payment.id);
    const hash = sweep?.tx_hash as string;
    await world.chain.mine(3);
    await world.app.waitForBlock(await world.chain.height());
    const [{ id } = { id: '' }] = await world.outgoing();
    const before = Number((await receiptOf(hash)).blockNumber);
    await reorgFrom(hash, [[await bytesOf(id), 1]]);
    expect(Number((await receiptOf(hash)).blockNumber)).toBe(before + 1);
    await reopened();
    await world.sweepIn(payment.id, 'confirmed');
    const lines = await booked(id);
    expect(lines.map(({ block_number: block }) => Number(block))).toEqual([before, before, before + 1]);
    await world.mineUntil(
      'the figures of the sweep',
      async () => (await world.app.payment(payment.id)).sweep,
    );
    expect(await world.timesTold(payment.id, 'payment.settled')).toBe(1);
    expect(await world.outgoing()).toHaveLength(1);
  });

  it('that has other bytes of a sweep mined than those that were final has them told and booked', async () => {
    const payment = await world.paid(ETHER);
    await world.chain.mine(3);
    const heal = world.refuseBroadcasts();
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent'`);
    world.bumpAfter(300);
    await waitFor('a replacement', async () => (await world.attempts(id)).length >= 2);
    world.bumpAfter(60_000);
    heal();
    const settled = await world.settled(payment.id);
    const [first] = await world.app.database.dataSource.query<
      { tx_hash: string; raw: string; amount: string }[]
    >('SELECT tx_hash, raw, amount FROM outgoing_attempts WHERE outgoing_id = $1 ORDER BY ordinal', [id]);
    const hash = settled.sweep?.tx_hash as string;
    expect(hash).not.toBe(first?.tx_hash);
    await world.chain.mine(3);
    await world.app.waitForBlock(await world.chain.height());
    await reorgFrom(hash, [[first?.raw as string, 0]]);
    await reopened();
    await world.sweepIn(payment.id, 'confirmed');
    const { sweep } = await world.app.payment(payment.id);
    expect(sweep).toMatchObject({ tx_hash: first?.tx_hash, amount: first?.amount });
    expect(await world.native(TREASURY)).toBe(BigInt(first?.amount ?? 0));
    expect(await world.timesTold(payment.id, 'payment.settled')).toBe(1);
  });

  it('that happens while no sweeper is there is found by the next one', async () => {
    const payment = await world.paid(ETHER);
    await world.chain.mine(3);
    await world.plan();
    const { sweep } = await world.settled(payment.id);
    await world.chain.mine(3);
    await world.app.waitForBlock(await world.chain.height());
    await world.restart({ roles: ['api', 'scanner', 'worker'] });
    await reorgFrom(sweep?.tx_hash as string);
    await world.chain.mine(2);
    await world.app.waitForBlock(await world.chain.height());
    expect(await world.outgoing('reopened_at IS NOT NULL')).toEqual([]);
    await world.restart();
    await reopened();
    await world.sweepIn(payment.id, 'confirmed');
    expect(await world.native(payment.address)).toBe(0n);
    expect(await world.timesTold(payment.id, 'payment.settled')).toBe(1);
  });

  it('that drops a token’s final sweep and its gas brings both back, in order', async () => {
    const payment = await world.paidToken(5_000_000n);
    await world.chain.mine(3);
    await world.plan();
    await world.settled(payment.id);
    await world.chain.mine(3);
    await world.app.waitForBlock(await world.chain.height());
    const rows = await world.outgoing();
    await reorgFrom(rows.find(({ purpose }) => purpose === 'gas')?.tx_hash as string);
    await reopened(rows.length);
    await world.mineUntil('all final again', async () =>
      (await world.outgoing()).every(({ state }) => state === 'confirmed'),
    );
    expect(await world.token(TREASURY)).toBe(5_000_000n);
    expect((await world.outgoing()).map(({ tx_hash: hash }) => hash)).toEqual(
      rows.map(({ tx_hash: hash }) => hash),
    );
    await world.mineUntil(
      'the figures of the sweep',
      async () => (await world.app.payment(payment.id)).sweep,
    );
    expect(await world.timesTold(payment.id, 'payment.settled')).toBe(1);
  });

  it('that drops the return of a final sweep’s gas, and not the sweep, has it sent as it was, and no other', async () => {
    const payment = await world.paidToken(5_000_000n);
    await world.gasReturned(() => world.plan());
    await world.app.waitForBlock(await world.chain.height());
    const rows = await world.outgoing();
    const [gas, sweep, back] = ['gas', 'sweep', 'gas_return'].map((purpose) =>
      rows.find((row) => row.purpose === purpose),
    );
    const returned = await bytesOf(back?.id);
    const heal = world.refuseBroadcasts((raw) => raw === returned);
    const again: [string, number][] = [
      [await bytesOf(gas?.id), 0],
      [await bytesOf(sweep?.id), 1],
    ];
    await reorgFrom(gas?.tx_hash as string, again);
    await reopened(rows.length);
    await world.sweepIn(payment.id, 'confirmed');
    expect(await world.native(payment.address)).toBeGreaterThan(0n);
    // The rounds that bring it to its end would sign another one before.
    const native = await world.paid(ETHER);
    await world.plan();
    await world.settled(native.id);
    heal();
    await world.mineUntil('all final again', async () =>
      (await world.outgoing()).every(({ state }) => state === 'confirmed'),
    );
    expect(await world.outgoing(`purpose = 'gas_return'`)).toMatchObject([{ tx_hash: back?.tx_hash }]);
  });

  it('that drops a final refund has it mined again, and its amount not refunded twice', async () => {
    const payment = await world.paid(ETHER);
    await world.chain.mine(3);
    const to = Wallet.createRandom().address;
    await refund(payment.id, { to, amount: (ETHER / 2n).toString() });
    const { tx_hash: hash } = await refundIn(payment.id, 'confirmed');
    await world.chain.mine(3);
    await world.app.waitForBlock(await world.chain.height());
    await reorgFrom(hash as string);
    await reopened();
    expect(await world.native(to)).toBe(0n);
    const tooMuch = await refund(payment.id, { to, amount: (ETHER / 2n + 1n).toString() });
    expect(tooMuch).toMatchObject({ status: 409 });
    await world.plan({ isForced: true });
    expect(await world.outgoing(`purpose = 'sweep'`)).toEqual([]);
    expect(await refundIn(payment.id, 'confirmed')).toMatchObject({ tx_hash: hash });
    expect(await world.native(to)).toBe(ETHER / 2n);
    expect(await world.timesTold(payment.id, 'refund.confirmed')).toBe(1);
    expect(await world.timesTold(payment.id, 'refund.sent')).toBe(1);
  });

  it('that takes a deposit has no refund of it paid from elsewhere', async () => {
    await world.chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(10n * ETHER)]);
    await world.chain.mine();
    const payment = await world.paid(ETHER);
    await world.chain.mine(2);
    await world.app.waitForBlock(await world.chain.height());
    await world.app.request('POST', '/api/v1/sweeps/pause', {});
    const to = Wallet.createRandom().address;
    await refund(payment.id, { to, amount: ETHER.toString() });
    await reorgFrom(payment.transfers[0]?.tx_hash as string);
    await world.mineUntil(
      'payment failed',
      async () => (await world.app.payment(payment.id)).status === 'failed',
    );
    await world.app.request('POST', '/api/v1/sweeps/resume', {});
    const failed = await refundIn(payment.id, 'failed');
    expect(failed.failure).toContain('a reorg took money of the payment away: it has 0 now');
    expect(await world.native(to)).toBe(0n);
    expect(await world.outgoing()).toEqual([]);
  });
});

describe('a reorg deeper than the confirmations that takes a final batch', () => {
  let payments: PaymentView[];
  let batch: OutgoingRow;
  beforeEach(async () => {
    world = await SweepWorld.startBatched(SETTINGS);
    payments = [
      await world.paidToken(5_000_001n),
      await world.paidOdd(11_000_000n),
      await world.paidToken(7n),
    ];
    // The reorg is to leave the deposits.
    await world.chain.mine(3);
    await world.plan();
    for (const { id } of payments) await world.settled(id);
    await world.chain.mine(4);
    await world.app.waitForBlock(await world.chain.height());
    [batch] = (await world.outgoing()) as [OutgoingRow];
  });

  const now = () => Promise.all(payments.map(({ id }) => world.app.payment(id)));
  const sweeps = async () => (await Promise.all(payments.map(({ id }) => world.sweepsOf(id)))).flat();
  const told = () => Promise.all(payments.map(({ id }) => world.timesTold(id, 'payment.settled')));

  it('opens all its sweeps again, and has the same bytes mined: each settled once, told once, booked once', async () => {
    const before = Number((await receiptOf(batch.tx_hash as string)).blockNumber);
    await reorgFrom(batch.tx_hash as string);
    await reopened();
    expect(await world.outgoing()).toMatchObject([
      { id: batch.id, state: 'sent', tx_hash: null, fee: null, received: null },
    ]);
    const unmined = { received: null, fee: null, reason: null };
    expect(await partsOf(batch.id)).toEqual(payments.map(() => unmined));
    expect(await sweeps()).toMatchObject(
      payments.map(() => ({ state: 'sent', fee: null, received: null, outgoing_id: batch.id })),
    );
    expect(await now()).toMatchObject(payments.map(() => ({ status: 'settled', sweep: null })));
    const lines = await booked(batch.id);
    expect(lines.map(({ reverses }) => reverses === null)).toEqual([true, false]);
    const standing = await world.app.database.dataSource.query<{ sum: string }[]>(
      `SELECT sum(entry.amount) AS sum FROM ledger_entries entry JOIN ledger_transactions line ON line.id = transaction_id
       WHERE line.subject = $1 GROUP BY account, entry.address, token_address HAVING sum(entry.amount) <> 0`,
      [`outgoing:${batch.id}`],
    );
    expect(standing).toEqual([]);
    expect(await ledgerCheck()).toEqual(AGREES);
    // Whoever plans now finds the money on its way.
    await world.plan({ isForced: true });
    expect(await sweeps()).toHaveLength(payments.length);

    for (const { id } of payments) await world.sweepIn(id, 'confirmed');
    const [mined, ...others] = await world.outgoing();
    expect(others).toEqual([]);
    expect(mined).toMatchObject({ id: batch.id, state: 'confirmed', tx_hash: batch.tx_hash });
    expect(await world.attempts(batch.id)).toEqual([batch.tx_hash]);
    const after = Number((await receiptOf(batch.tx_hash as string)).blockNumber);
    expect(after).toBeGreaterThan(before);
    expect(await booked(batch.id)).toMatchObject([
      { reverses: null, block_number: String(before) },
      { block_number: String(before) },
      { reverses: null, block_number: String(after) },
    ]);
    await world.chain.mine(4);
    expect(await ledgerCheck()).toEqual(AGREES);
    const again = await now();
    expect(again.map(({ status, sweep }) => [status, sweep?.tx_hash, sweep?.amount])).toEqual(
      ['5000001', '11000000', '7'].map((amount) => ['settled', batch.tx_hash, amount]),
    );
    const shares = again.map(({ sweep }) => BigInt(sweep?.fee ?? 0));
    expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(BigInt(mined?.fee ?? 0));
    expect(await told()).toEqual([1, 1, 1]);
    expect(await world.token(TREASURY)).toBe(5_000_008n);
    expect(await world.token(TREASURY, world.odd.address)).toBe(11_000_000n);
  });

  it('and in which one address is refused the second time has that one fail, and swept anew', async () => {
    const [first, refused, last] = payments as [PaymentView, PaymentView, PaymentView];
    await reorgFrom(batch.tx_hash as string, [
      [world.odd.blacklisting(refused.address), 0],
      [await bytesOf(batch.id), 1],
    ]);
    await reopened();
    for (const { id } of [first, last]) await world.sweepIn(id, 'confirmed');
    const failed = await world.sweepIn(refused.id, 'failed');
    expect(failed).toMatchObject({ received: '0', reason: expect.stringContaining('sender is blacklisted') });
    expect(await world.app.payment(refused.id)).toMatchObject({ status: 'settled', sweep: null });
    expect(await ledgerCheck()).toEqual(AGREES);
    await world.odd.blacklist(refused.address, false);
    await world.chain.mine();
    await world.plan({ paymentIds: [refused.id], isForced: true });
    const { sweep } = await world.mineUntil('its figures', async () => {
      const payment = await world.app.payment(refused.id);
      return payment.sweep !== null && payment;
    });
    expect(sweep).toMatchObject({ amount: '11000000' });
    expect(sweep?.tx_hash).not.toBe(batch.tx_hash);
    expect(await world.token(TREASURY, world.odd.address)).toBe(11_000_000n);
    expect(await told()).toEqual([1, 1, 1]);
    await world.chain.mine(4);
    expect(await ledgerCheck()).toEqual(AGREES);
  });
});
