import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { getAddress, Transaction } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { OddSweep } from '../harness/odd-sweep.js';
import { PAYOUT, type SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';

let scene: OddSweep;
let world: SweepWorld;
let odd: PaymentView;
beforeEach(async () => {
  scene = await OddSweep.start();
  ({ world, odd } = scene);
});
afterEach(() => world?.stop());

describe('a token', () => {
  it('that returns nothing, as USDT, is swept', async () => {
    await scene.mineAnd(world.odd.behave('returns_nothing'));
    await world.plan();
    const settled = await world.settled(odd.id);
    expect(settled.sweep?.amount).toBe('5000000');
    expect(await world.token(TREASURY, world.odd.address)).toBe(5_000_000n);
    await scene.othersGoOn();
  });

  it('that takes the call and moves nothing settles nothing', async () => {
    await scene.mineAnd(world.odd.behave('moves_nothing'));
    expect((await scene.failed()).reason).toContain('reported no transfer');
  });

  it('that is paused is left, is not tried again at once, and goes when it is asked for', async () => {
    await scene.mineAnd(world.odd.behave('paused'));
    expect((await scene.failed()).reason).toContain('ODD: paused');
    await world.plan();
    const waiting = (await world.sweepsOf(odd.id)).at(-1);
    expect(waiting).toMatchObject({ state: 'waiting', reason_code: 'failed_before' });
    await scene.mineAnd(world.odd.behave('normal'));
    await world.plan({ paymentIds: [odd.id], isForced: true });
    await world.settled(odd.id);
    expect(await world.token(TREASURY, world.odd.address)).toBe(5_000_000n);
  });

  it('that is paused between signing and mining costs its gas, fails with that reason, and is not counted as moved', async () => {
    // The node has no room for the transfer until the token is paused; its gas it takes.
    const token = getAddress(world.odd.address);
    const heal = world.refuseBroadcasts((raw) => Transaction.from(raw).to === token);
    await world.plan({ paymentIds: [odd.id] });
    await world.mineUntil(
      'the transfer to be signed',
      async () => (await world.outgoing(`purpose = 'sweep'`)).length === 1,
    );
    await scene.mineAnd(world.odd.behave('paused'));
    heal();
    const sweep = await world.sweepIn(odd.id, 'failed');
    expect(sweep).toMatchObject({ received: '0', reason: expect.stringContaining('reverted') });
    expect(BigInt(sweep.fee ?? 0)).toBeGreaterThan(0n);
    await world.plan();
    await scene.othersGoOn();
    // Gas that was meant for more than it took comes back, where that is worth it.
    expect(await world.native(TANK.address)).toBeGreaterThan(99n * 10n ** 18n);
  });

  it('that blacklists the deposit address is left, with its own words', async () => {
    await scene.mineAnd(world.odd.blacklist(odd.address));
    expect((await scene.failed()).reason).toContain('ODD: sender is blacklisted');
  });

  it('that refuses in words made to break things is left, with what of them can be shown', async () => {
    await scene.mineAnd(world.odd.behave('reverts_with_nul'));
    const { reason } = await scene.failed();
    expect(reason).toMatch(/ODD: a.b.\[2J/u);
    expect(reason).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });

  it('that hides its balances is told as not checked, address by address, while all else is checked, opened and swept', async () => {
    const payoutPrivateKey = PAYOUT.privateKey;
    await world.chain.payToken(PAYOUT.address, 77n, world.odd.address);
    await world.chain.payToken(PAYOUT.address, 55n);
    await scene.mineAnd(world.odd.behave('hides_balances'));
    await world.restart({ payoutPrivateKey });
    await world.plan({ paymentIds: [scene.other.id] });
    await scene.othersGoOn();
    const { differences, unchecked, balances } = await world.checkBooks();
    expect(differences.all()).toEqual([]);
    expect(unchecked.all()).toEqual([
      expect.stringMatching(
        /^deposit address .+: 5000000 base units .5\.0 ODD. are booked, and .+ not be checked$/,
      ),
      expect.stringMatching(/^ODD at 1 address where none is booked: .+refuses to tell/),
      expect.stringMatching(/^ODD at 2 addresses where none is booked/),
    ]);
    expect(
      balances.find(({ account, asset }) => account === 'payout' && asset.symbol === 'TUSD'),
    ).toMatchObject({
      ledger: 55n,
      onChain: 55n,
    });
    // What was there before is booked as soon as it is told, and nothing is taken for stolen or found.
    await scene.mineAnd(world.odd.behave('normal'));
    await world.restart({ payoutPrivateKey });
    await world.mineUntil('the opening of the odd one', async () => {
      const { balances: now } = await world.checkBooks();
      return now.some(
        ({ account, asset, ledger }) => account === 'payout' && asset.symbol === 'ODD' && ledger === 77n,
      );
    });
    expect((await world.requireBooks()).notes.all()).toEqual([]);
  });

  it('that says that everybody has some of it is not believed when an account is opened, however late its last check', async () => {
    const payoutPrivateKey = PAYOUT.privateKey;
    const opened = (): Promise<{ token: string | null; number: string }[]> =>
      world.app.database.dataSource.query(
        `SELECT entry.token_address AS token, entry.amount, entry.block_number AS number FROM ledger_entries entry
         JOIN ledger_transactions booked ON booked.id = entry.transaction_id
         WHERE booked.kind = 'opening' AND entry.address = $1 ORDER BY booked.id, token`,
        [PAYOUT.address.toLowerCase()],
      );
    await world.chain.payToken(PAYOUT.address, 55n);
    await world.chain.mine(3);
    await world.restart({ payoutPrivateKey });
    await waitFor('the account opened', async () => (await opened()).length === 1);
    // The opening stands in a block that a reorg takes away: it is opened again, by what the token says now.
    const number = (await opened())[0]?.number;
    const depth = (await world.chain.height()) - Number(number) + 1;
    await world.chain.reorg(depth, [[world.odd.behaving('claims_some'), 0]]);
    await world.mineUntil('the account opened again', async () => (await opened()).length === 3);
    expect((await opened()).map(({ token }) => token)).toEqual(
      Array(3).fill(world.chain.token.toLowerCase()),
    );
    await scene.mineAnd(world.odd.behave('normal'));
    await world.restart({ payoutPrivateKey });
    await scene.mineAnd(world.chain.payToken(PAYOUT.address, 9n, world.odd.address));
    await world.app.waitForBlock(await world.chain.height());
    const noted = async () => (await world.requireBooks()).notes.all().length;
    // What was mined just now may be about to be booked.
    await waitFor('nothing but what is booked', async () => (await noted()) === 0);
  });

  it('that claims to have moved more than there is, again and again, stops nobody: it is a deposit with its reason', async () => {
    const token_id = await world.tokenId('ODD');
    const open = await world.app.createPayment({ amount: '5000000', token_id });
    await scene.mineAnd(world.odd.claim(open.address, 2n ** 256n - 1n, 9));
    await scene.mineAnd(world.odd.claim(TANK.address, 2n ** 256n - 1n, 9));
    const innocent = await world.paid(10n ** 18n);
    const path = `/api/v1/deposits?assigned=false&payment_id=${open.id}`;
    const { body } = await world.app.request<{ data: Record<string, unknown>[] }>('GET', path);
    expect(body.data).toHaveLength(9);
    for (const deposit of body.data) {
      expect(deposit).toMatchObject({ reason: 'absurd_amount', amount: (2n ** 256n - 1n).toString() });
    }
    expect(await world.app.payment(open.id)).toMatchObject({ status: 'pending', amount_received: '0' });
    // What really arrives counts all the same, and is all that is swept.
    await world.chain.payToken(open.address, 5_000_000n, world.odd.address);
    await world.chain.mine(3);
    await world.app.waitForStatus(open.id, 'confirmed');
    await world.plan();
    for (const { id } of [open, innocent, odd, scene.other]) await world.settled(id);
    expect((await world.requireBooks()).differences.all()).toEqual([]);
  });
});
