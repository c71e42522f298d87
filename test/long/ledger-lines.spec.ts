import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { getAddress, Transaction, Wallet } from 'ethers';
import { DelegateDeployment } from '../../src/sweeper/delegate/delegate-deployment.js';
import { LedgerLines, low, sorted } from '../harness/ledger-lines.js';
import { PAYOUT, SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';

const ETHER = 10n ** 18n;

let world: SweepWorld;
let lines: LedgerLines;
afterEach(() => world?.stop());

describe('the ledger has, to the wei,', () => {
  beforeEach(async () => {
    world = await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey });
    lines = new LedgerLines(world);
  });

  it('a token’s refund, the gas for it, and the gas that comes back', async () => {
    const token = low(world.chain.token);
    const payment = await world.paidToken(5_000_000n);
    const to = Wallet.createRandom().address;
    const path = `/api/v1/payments/${payment.id}/refunds`;
    await world.gasReturned(() => world.app.request('POST', path, { to, amount: '5000000' }));
    await lines.requireGas(payment);
    const { tx_hash: hash } = await lines.only('refund');
    const fee = await lines.feeOf(hash);
    expect(await lines.legsOf(hash)).toEqual(
      sorted([
        ['deposit', low(payment.address), token, -5_000_000n],
        ['customer', null, token, 5_000_000n],
        ['deposit', low(payment.address), null, -fee],
        ['fees', null, null, fee],
      ]),
    );
    await lines.requireReturn(payment);
    expect(await world.token(to)).toBe(5_000_000n);
  });

  it('native refunds from the deposit address and from the payout account', async () => {
    const to = Wallet.createRandom().address;
    const payment = await world.paid(ETHER);
    const { tx_hash: own } = await lines.refunded(payment, ETHER / 4n, to);
    const ownFee = await lines.feeOf(own);
    expect(await lines.legsOf(own)).toEqual(
      sorted([
        ['deposit', low(payment.address), null, -ETHER / 4n - ownFee],
        ['customer', null, null, ETHER / 4n],
        ['fees', null, null, ownFee],
      ]),
    );
    const topUp = await world.chain.pay(PAYOUT.address, 2n * ETHER);
    const swept = await world.paid(ETHER);
    await world.plan();
    await world.settled(swept.id);
    const { tx_hash: hash } = await lines.refunded(swept, ETHER / 2n, to);
    const fee = await lines.feeOf(hash);
    expect(await lines.legsOf(hash)).toEqual(
      sorted([
        ['payout', low(PAYOUT.address), null, -ETHER / 2n - fee],
        ['customer', null, null, ETHER / 2n],
        ['fees', null, null, fee],
      ]),
    );
    expect(await lines.legsOf(topUp)).toEqual(
      sorted([
        ['external', null, null, -2n * ETHER],
        ['payout', low(PAYOUT.address), null, 2n * ETHER],
      ]),
    );
  });

  it('what the gas tank held at first, and what it is filled up with', async () => {
    const payment = await world.paidToken(1_000_000n);
    const [opening] = await world.app.database.dataSource.query<{ amount: string; account: string }[]>(
      `SELECT entry.* FROM ledger_entries entry JOIN ledger_transactions booked ON booked.id = entry.transaction_id
       WHERE booked.kind = 'opening' AND entry.address = $1`,
      [low(TANK.address)],
    );
    expect(opening).toMatchObject({ account: 'gas_tank', amount: (100n * ETHER).toString() });
    const native = await world.chain.pay(TANK.address, 3n * ETHER);
    const tokens = await world.chain.payToken(TANK.address, 9n);
    await world.chain.mine();
    await world.app.waitForBlock(await world.chain.height());
    expect(await lines.legsOf(native)).toEqual(
      sorted([
        ['external', null, null, -3n * ETHER],
        ['gas_tank', low(TANK.address), null, 3n * ETHER],
      ]),
    );
    expect(await lines.legsOf(tokens)).toEqual(
      sorted([
        ['external', null, low(world.chain.token), -9n],
        ['gas_tank', low(TANK.address), low(world.chain.token), 9n],
      ]),
    );
    await world.plan();
    await world.settled(payment.id);
    await lines.requireGas(payment);
  });

  it('what a token keeps of a sweep, as a fee in the token', async () => {
    const token = low(world.odd.address);
    const payment = await world.paidOdd(5_000_000n);
    await world.odd.behave('takes_fee');
    await world.chain.mine();
    await world.plan();
    await world.settled(payment.id);
    const { tx_hash: hash } = await lines.only('sweep');
    const fee = await lines.feeOf(hash);
    expect(await lines.legsOf(hash)).toEqual(
      sorted([
        ['deposit', low(payment.address), token, -5_000_000n],
        ['treasury', low(TREASURY), token, 4_950_000n],
        ['fees', null, token, 50_000n],
        ['deposit', low(payment.address), null, -fee],
        ['fees', null, null, fee],
      ]),
    );
  });

  it('nothing but the fee of a sweep that reverted', async () => {
    const payment = await world.paidOdd(5_000_000n);
    // The node has no room for the transfer until the token is paused; its gas it takes.
    const odd = getAddress(world.odd.address);
    const heal = world.refuseBroadcasts((raw) => Transaction.from(raw).to === odd);
    await world.plan();
    await world.mineUntil(
      'the transfer to be signed',
      async () => (await world.outgoing(`purpose = 'sweep'`)).length === 1,
    );
    await world.odd.behave('paused');
    await world.chain.mine();
    heal();
    await world.sweepIn(payment.id, 'failed');
    await lines.allFinal();
    const { tx_hash: hash } = await lines.only('sweep');
    const fee = await lines.feeOf(hash);
    expect(await lines.legsOf(hash)).toEqual(
      sorted([
        ['deposit', low(payment.address), null, -fee],
        ['fees', null, null, fee],
      ]),
    );
    await lines.requireGas(payment);
  });

  it('the contract that deposit addresses delegate to, as gas of the tank', async () => {
    const config = { ...world.chain.config, sweep: { enabled: true, minimum: 0n } };
    const made = world.app.get(DelegateDeployment).deploy(config, 60_000);
    await world.mineUntil(
      'the contract to be final',
      async () => (await world.outgoing(`purpose = 'deploy' AND state = 'confirmed'`))[0],
    );
    const { tx_hash: hash } = await lines.only('deploy');
    expect((await made).tx_hash).toBe(hash);
    const fee = await lines.feeOf(hash);
    expect(await lines.legsOf(hash)).toEqual(
      sorted([
        ['gas_tank', low(TANK.address), null, -fee],
        ['fees', null, null, fee],
      ]),
    );
  });
});

describe('of a batch the ledger has, to the wei,', () => {
  beforeEach(async () => {
    world = await SweepWorld.startBatched();
    lines = new LedgerLines(world);
  });

  it('nothing of an address whose token refuses, and the whole fee', async () => {
    const [token, odd] = [low(world.chain.token), low(world.odd.address)];
    const good = await world.paidToken(5_000_000n);
    const refused = await world.paidOdd(2_000_000n);
    const heal = world.refuseBroadcasts();
    await world.plan();
    await world.waitForOutgoing(`state = 'sent' AND purpose = 'sweep'`);
    await world.odd.blacklist(refused.address);
    await world.chain.mine();
    heal();
    await world.sweepIn(refused.id, 'failed');
    await world.settled(good.id);
    const { tx_hash: hash } = await lines.only('sweep');
    const fee = await lines.feeOf(hash);
    expect(await lines.legsOf(hash)).toEqual(
      sorted([
        ['deposit', low(good.address), token, -5_000_000n],
        ['treasury', low(TREASURY), token, 5_000_000n],
        ['gas_tank', low(TANK.address), null, -fee],
        ['fees', null, null, fee],
      ]),
    );
    expect(await world.token(refused.address, odd)).toBe(2_000_000n);
  });
});
