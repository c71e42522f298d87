import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
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

  it('a native payment and its sweep', async () => {
    const payment = await world.paid(ETHER);
    expect(await lines.legsOf(payment.transfers[0]?.tx_hash)).toEqual(
      sorted([
        ['customer', null, null, -ETHER],
        ['deposit', low(payment.address), null, ETHER],
      ]),
    );
    await world.plan();
    await world.settled(payment.id);
    const { tx_hash: hash } = await lines.only('sweep');
    const fee = await lines.feeOf(hash);
    expect(await lines.legsOf(hash)).toEqual(
      sorted([
        ['deposit', low(payment.address), null, -ETHER],
        ['treasury', low(TREASURY), null, ETHER - fee],
        ['fees', null, null, fee],
      ]),
    );
    const metrics = await (await fetch(`${world.app.url}/metrics`)).text();
    const told = (account: string) =>
      new RegExp(
        `^quittance_ledger_balance{chain="testchain",asset="ETH",token="",account="${account}"} (.*)$`,
        'm',
      )
        .exec(metrics)
        ?.at(1);
    expect(['customer', 'deposit', 'gas_tank'].map(told)).toEqual(['-1', '0', '100']);
    expect(Number(told('treasury')) + Number(told('fees'))).toBeCloseTo(1, 12);
  });

  it('a token sweep, the gas for it, and the gas that comes back', async () => {
    const token = low(world.chain.token);
    const payment = await world.paidToken(5_000_000n);
    await world.gasReturned(() => world.plan());
    await world.settled(payment.id);
    await lines.requireGas(payment);
    const { tx_hash: hash } = await lines.only('sweep');
    const fee = await lines.feeOf(hash);
    expect(await lines.legsOf(hash)).toEqual(
      sorted([
        ['deposit', low(payment.address), token, -5_000_000n],
        ['treasury', low(TREASURY), token, 5_000_000n],
        ['deposit', low(payment.address), null, -fee],
        ['fees', null, null, fee],
      ]),
    );
    await lines.requireReturn(payment);
  });
});

describe('of a batch the ledger has, to the wei,', () => {
  beforeEach(async () => {
    world = await SweepWorld.startBatched();
    lines = new LedgerLines(world);
  });

  it('each address it empties, what a token keeps, and one fee of the tank', async () => {
    const [token, odd] = [low(world.chain.token), low(world.odd.address)];
    const payments = [
      await world.paidToken(5_000_000n),
      await world.paidToken(7n),
      await world.paidOdd(2_000_000n),
    ];
    await world.odd.behave('takes_fee');
    await world.chain.mine();
    await world.plan();
    for (const { id } of payments) await world.settled(id);
    const { tx_hash: hash } = await lines.only('sweep');
    const fee = await lines.feeOf(hash);
    const [first, second, third] = payments.map(({ address }) => low(address)) as [string, string, string];
    expect(await lines.legsOf(hash)).toEqual(
      sorted([
        ['deposit', first, token, -5_000_000n],
        ['deposit', second, token, -7n],
        ['treasury', low(TREASURY), token, 5_000_007n],
        ['deposit', third, odd, -2_000_000n],
        ['treasury', low(TREASURY), odd, 1_980_000n],
        ['fees', null, odd, 20_000n],
        ['gas_tank', low(TANK.address), null, -fee],
        ['fees', null, null, fee],
      ]),
    );
  });
});
