import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { getAddress, Transaction, Wallet } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { DelegateDeployment } from '../../src/sweeper/delegate/delegate-deployment.js';
import { type OutgoingRow, PAYOUT, SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';

const ETHER = 10n ** 18n;
type Leg = [account: string, address: string | null, token: string | null, amount: bigint];

let world: SweepWorld;
afterEach(() => world?.stop());

const low = (address: string) => address.toLowerCase();
const sorted = (legs: Leg[]) => legs.map(([...leg]) => leg.map(String).join(' ')).sort();
/** Every leg that was ever booked with a transaction's hash, reversals included. */
const legsOf = async (hash: string | null | undefined): Promise<string[]> => {
  const rows = await world.app.database.dataSource.query<
    { account: string; address: string | null; token_address: string | null; amount: string }[]
  >(
    `SELECT entry.* FROM ledger_entries entry JOIN ledger_transactions booked ON booked.id = entry.transaction_id
     WHERE booked.tx_hash = $1`,
    [hash],
  );
  return sorted(
    rows.map(({ account, address, token_address: token, amount }) => [
      account,
      address,
      token,
      BigInt(amount),
    ]),
  );
};
/** Wei, by what the chain says it cost. */
const feeOf = async (hash: string | null): Promise<bigint> => {
  const receipt = await world.chain.rpc<{ gasUsed: string; effectiveGasPrice: string }>(
    'eth_getTransactionReceipt',
    [hash],
  );
  return BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice);
};
/** Of the chain, and not of what we noted. */
const valueOf = async (hash: string | null): Promise<bigint> =>
  BigInt((await world.chain.rpc<{ value: string }>('eth_getTransactionByHash', [hash])).value);
const only = async (purpose: string): Promise<OutgoingRow> => {
  const rows = await world.outgoing(`purpose = '${purpose}'`);
  expect(rows).toHaveLength(1);
  return rows[0] as OutgoingRow;
};
const allFinal = () =>
  world.mineUntil('all final', async () =>
    (await world.outgoing()).every(({ state }) => ['confirmed', 'failed'].includes(state)),
  );
const refunded = async (payment: PaymentView, amount: bigint, to: string): Promise<RefundView> => {
  const path = `/api/v1/payments/${payment.id}/refunds`;
  await world.app.request('POST', path, { to, amount: amount.toString() });
  return world.mineUntil('refund confirmed', async () => {
    const { body } = await world.app.request<{ data: RefundView[] }>('GET', path);
    return body.data[0]?.state === 'confirmed' && body.data[0];
  });
};
const requireGas = async (payment: PaymentView) => {
  const gas = await only('gas');
  const [fee, sent] = [await feeOf(gas.tx_hash), await valueOf(gas.tx_hash)];
  expect(await legsOf(gas.tx_hash)).toEqual(
    sorted([
      ['gas_tank', low(TANK.address), null, -sent - fee],
      ['deposit', low(payment.address), null, sent],
      ['fees', null, null, fee],
    ]),
  );
};
const requireReturn = async (payment: PaymentView) => {
  const { tx_hash: hash } = await only('gas_return');
  const [fee, sent] = [await feeOf(hash), await valueOf(hash)];
  expect(sent).toBeGreaterThan(0n);
  expect(await legsOf(hash)).toEqual(
    sorted([
      ['deposit', low(payment.address), null, -sent - fee],
      ['gas_tank', low(TANK.address), null, sent],
      ['fees', null, null, fee],
    ]),
  );
  expect(await world.native(payment.address)).toBe(0n);
};

describe('the ledger has, to the wei,', () => {
  beforeEach(async () => {
    world = await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey });
  });

  it('a native payment and its sweep', async () => {
    const payment = await world.paid(ETHER);
    expect(await legsOf(payment.transfers[0]?.tx_hash)).toEqual(
      sorted([
        ['customer', null, null, -ETHER],
        ['deposit', low(payment.address), null, ETHER],
      ]),
    );
    await world.plan();
    await world.settled(payment.id);
    const { tx_hash: hash } = await only('sweep');
    const fee = await feeOf(hash);
    expect(await legsOf(hash)).toEqual(
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
    await requireGas(payment);
    const { tx_hash: hash } = await only('sweep');
    const fee = await feeOf(hash);
    expect(await legsOf(hash)).toEqual(
      sorted([
        ['deposit', low(payment.address), token, -5_000_000n],
        ['treasury', low(TREASURY), token, 5_000_000n],
        ['deposit', low(payment.address), null, -fee],
        ['fees', null, null, fee],
      ]),
    );
    await requireReturn(payment);
  });

  it('a token’s refund, the gas for it, and the gas that comes back', async () => {
    const token = low(world.chain.token);
    const payment = await world.paidToken(5_000_000n);
    const to = Wallet.createRandom().address;
    const path = `/api/v1/payments/${payment.id}/refunds`;
    await world.gasReturned(() => world.app.request('POST', path, { to, amount: '5000000' }));
    await requireGas(payment);
    const { tx_hash: hash } = await only('refund');
    const fee = await feeOf(hash);
    expect(await legsOf(hash)).toEqual(
      sorted([
        ['deposit', low(payment.address), token, -5_000_000n],
        ['customer', null, token, 5_000_000n],
        ['deposit', low(payment.address), null, -fee],
        ['fees', null, null, fee],
      ]),
    );
    await requireReturn(payment);
    expect(await world.token(to)).toBe(5_000_000n);
  });

  it('native refunds from the deposit address and from the payout account', async () => {
    const to = Wallet.createRandom().address;
    const payment = await world.paid(ETHER);
    const { tx_hash: own } = await refunded(payment, ETHER / 4n, to);
    const ownFee = await feeOf(own);
    expect(await legsOf(own)).toEqual(
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
    const { tx_hash: hash } = await refunded(swept, ETHER / 2n, to);
    const fee = await feeOf(hash);
    expect(await legsOf(hash)).toEqual(
      sorted([
        ['payout', low(PAYOUT.address), null, -ETHER / 2n - fee],
        ['customer', null, null, ETHER / 2n],
        ['fees', null, null, fee],
      ]),
    );
    expect(await legsOf(topUp)).toEqual(
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
    expect(await legsOf(native)).toEqual(
      sorted([
        ['external', null, null, -3n * ETHER],
        ['gas_tank', low(TANK.address), null, 3n * ETHER],
      ]),
    );
    expect(await legsOf(tokens)).toEqual(
      sorted([
        ['external', null, low(world.chain.token), -9n],
        ['gas_tank', low(TANK.address), low(world.chain.token), 9n],
      ]),
    );
    await world.plan();
    await world.settled(payment.id);
    await requireGas(payment);
  });

  it('what a token keeps of a sweep, as a fee in the token', async () => {
    const token = low(world.odd.address);
    const payment = await world.paidOdd(5_000_000n);
    await world.odd.behave('takes_fee');
    await world.chain.mine();
    await world.plan();
    await world.settled(payment.id);
    const { tx_hash: hash } = await only('sweep');
    const fee = await feeOf(hash);
    expect(await legsOf(hash)).toEqual(
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
    await allFinal();
    const { tx_hash: hash } = await only('sweep');
    const fee = await feeOf(hash);
    expect(await legsOf(hash)).toEqual(
      sorted([
        ['deposit', low(payment.address), null, -fee],
        ['fees', null, null, fee],
      ]),
    );
    await requireGas(payment);
  });

  it('the contract that deposit addresses delegate to, as gas of the tank', async () => {
    const config = { ...world.chain.config, sweep: { enabled: true, minimum: 0n } };
    const made = world.app.get(DelegateDeployment).deploy(config, 60_000);
    await world.mineUntil(
      'the contract to be final',
      async () => (await world.outgoing(`purpose = 'deploy' AND state = 'confirmed'`))[0],
    );
    const { tx_hash: hash } = await only('deploy');
    expect((await made).tx_hash).toBe(hash);
    const fee = await feeOf(hash);
    expect(await legsOf(hash)).toEqual(
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
    const { tx_hash: hash } = await only('sweep');
    const fee = await feeOf(hash);
    const [first, second, third] = payments.map(({ address }) => low(address)) as [string, string, string];
    expect(await legsOf(hash)).toEqual(
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
    const { tx_hash: hash } = await only('sweep');
    const fee = await feeOf(hash);
    expect(await legsOf(hash)).toEqual(
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
