import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { PAYOUT, SweepWorld, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
let world: SweepWorld;
beforeEach(async () => {
  world = await SweepWorld.start({ sweepBumpAfterMs: 60_000, payoutPrivateKey: PAYOUT.privateKey });
});
afterEach(() => world?.stop());

const timesTold = async (id: string, type: string) =>
  (await world.app.eventsOf(id)).filter((event) => event === type).length;
/** Replaces every block from the one of a transaction on: three confirmations made it final long ago. */
const reorgFrom = async (hash: string, transactions: [string, number][] = []) => {
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
/** Kind and whether it undoes one, of the ledger's lines about a transaction of ours. */
const booked = (outgoingId: string) =>
  world.app.database.dataSource.query<{ reverses: string | null; block_number: string }[]>(
    'SELECT reverses, block_number FROM ledger_transactions WHERE subject = $1 ORDER BY sequence',
    [`outgoing:${outgoingId}`],
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
    expect(await timesTold(payment.id, 'payment.settled')).toBe(1);
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
    const rows = await world.app.database.dataSource.query<{ raw: string }[]>(
      'SELECT raw FROM outgoing_attempts WHERE outgoing_id = $1',
      [id],
    );
    const before = Number((await receiptOf(hash)).blockNumber);
    await reorgFrom(hash, [[rows[0]?.raw as string, 1]]);
    expect(Number((await receiptOf(hash)).blockNumber)).toBe(before + 1);
    await reopened();
    await world.sweepIn(payment.id, 'confirmed');
    const lines = await booked(id);
    expect(lines.map(({ block_number: block }) => Number(block))).toEqual([before, before, before + 1]);
    await world.mineUntil(
      'the figures of the sweep',
      async () => (await world.app.payment(payment.id)).sweep,
    );
    expect(await timesTold(payment.id, 'payment.settled')).toBe(1);
    expect(await world.outgoing()).toHaveLength(1);
  });

  it('that has other bytes of a sweep mined than those that were final has them told and booked', async () => {
    await world.restart({ sweepBumpAfterMs: 300 });
    const payment = await world.paid(ETHER);
    await world.chain.mine(3);
    const heal = world.node.inject('eth_sendRawTransaction', {
      kind: 'answer',
      answer: () => Promise.resolve({ error: { code: -32003, message: 'txpool is full' } }),
    });
    await world.plan();
    const { id } = await world.waitForOutgoing(`state = 'sent'`);
    await waitFor('a replacement', async () => (await world.attempts(id)).length >= 2);
    await world.restart();
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
    expect(await timesTold(payment.id, 'payment.settled')).toBe(1);
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
    expect(await timesTold(payment.id, 'payment.settled')).toBe(1);
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
    expect(await timesTold(payment.id, 'payment.settled')).toBe(1);
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
    expect(await timesTold(payment.id, 'refund.confirmed')).toBe(1);
    expect(await timesTold(payment.id, 'refund.sent')).toBe(1);
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
