import { afterEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { type DepositView } from '../../src/payments/deposit.view.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { appsAtRest } from '../harness/awake.js';
import { PAYOUT, SweepWorld } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';
import { askRefund, refundEnds, refundsOf, startRefunding } from '../harness/world-refunds.js';

const ETHER = 10n ** 18n;
const GWEI = 10n ** 9n;
let world: SweepWorld;
afterEach(() => world?.stop());

const depositOf = async ({ id }: PaymentView) =>
  (await world.app.request<{ data: DepositView[] }>('GET', `/api/v1/deposits?payment_id=${id}`)).body
    .data[0] as DepositView;
const refundDeposit = ({ id }: DepositView, to: string, amount: bigint) =>
  world.app.request<{ code?: string } & RefundView>('POST', `/api/v1/deposits/${id}/refunds`, {
    to,
    amount: amount.toString(),
  });

/** An ether that was paid and swept, beside a payout account that can pay it back. */
async function sweptEther(): Promise<PaymentView> {
  world = await startRefunding({ sweepBumpAfterMs: 60_000 });
  await world.chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(10n * ETHER)]);
  await world.chain.mine(3);
  const payment = await world.paid(ETHER);
  await world.plan();
  await world.settled(payment.id);
  return payment;
}

/** Confirmed, swept, and asked back by `ask`; then a reorg takes the deposit, and the customer's money comes again as late as that. */
async function comesAgain(payment: PaymentView): Promise<DepositView> {
  const { tx_hash: hash } = await depositOf(payment);
  await world.chain.mine(2);
  await world.app.waitForBlock(await world.chain.height());
  const mined = await world.chain.rpc<{ blockNumber: string }>('eth_getTransactionReceipt', [hash]);
  await world.chain.reorg((await world.chain.height()) - Number(mined.blockNumber) + 1, []);
  await waitFor('the payment to fail', async () => (await world.app.payment(payment.id)).status === 'failed');
  await world.chain.pay(payment.address, ETHER);
  return world.mineUntil('the money to be there again', async () => {
    const deposit = await depositOf(payment);
    return deposit.status === 'unassigned' && deposit;
  });
}

describe('the same money is given back once', () => {
  it('by a refund of the payment and one of the deposit, whichever it is by a deep reorg', async () => {
    const payment = await sweptEther();
    const to = Wallet.createRandom().address;
    await askRefund(world, payment, to, (ETHER * 2n) / 3n);
    await refundEnds(world, payment);
    const again = await comesAgain(payment);
    expect(again).toMatchObject({ reason: 'payment_failed' });
    // Two thirds went back when it counted: a third is left.
    await refundEnds(world, payment);
    await world.chain.mine(5);
    await world.app.waitForBlock(await world.chain.height());
    expect(await refundDeposit(again, to, ETHER / 2n)).toMatchObject({
      status: 409,
      body: { code: 'refund_too_large' },
    });
    expect((await refundDeposit(again, to, ETHER / 3n)).status).toBe(201);
    await refundEnds(world, payment, 1);
    expect(await world.native(to)).toBe((ETHER * 2n) / 3n + ETHER / 3n);
    expect(await refundDeposit(again, to, 2n)).toMatchObject({ status: 409 });
    await world.requireBooks();
  });

  it('though it was asked for before the reorg: that is looked at where it is signed', async () => {
    const payment = await sweptEther();
    const to = Wallet.createRandom().address;
    await askRefund(world, payment, to, ETHER);
    await refundEnds(world, payment);
    const again = await comesAgain(payment);
    await refundEnds(world, payment);
    // As one that was taken in by a release that did not ask: what counts is what is signed.
    await world.app.database.dataSource.query(
      `INSERT INTO refunds (id, payment_id, deposit_id, merchant_id, chain_id, token_address, to_address, amount,
         from_address, derivation_index, state, after_confirmation, forced)
       SELECT gen_random_uuid(), payment_id, $1, merchant_id, chain_id, token_address, to_address, amount,
         from_address, derivation_index, 'created', false, false FROM refunds WHERE payment_id = $2`,
      [again.id, payment.id],
    );
    await world.mineUntil('an answer', async () => {
      const [, second] = await refundsOf(world, payment);
      return second !== undefined && (second.state !== 'created' || second.waits_for !== null);
    });
    await world.chain.mine(4);
    await world.app.waitForBlock(await world.chain.height());
    expect(await world.native(to)).toBe(ETHER);
  });
});

describe('money that goes back is as deep as the chain asks for so much', () => {
  /** One block up to so much, eight beyond it. */
  const startWithTiers = async (upTo: bigint) => {
    const tiers = [
      { upTo, blocks: 1 },
      { upTo: null, blocks: 8 },
    ];
    const settings = { payoutPrivateKey: PAYOUT.privateKey, sweepBumpAfterMs: 60_000 };
    world = await SweepWorld.start(settings, { confirmations: { kind: 'blocks', tiers } });
    await world.chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(200n * ETHER)]);
    await world.chain.mine(3);
  };
  /** Paid and swept. */
  const swept = async (amount: bigint) => {
    const payment = await world.paid(amount);
    await world.plan();
    await world.settled(payment.id);
    return payment;
  };
  const blockOf = async (hash: unknown) =>
    Number((await world.chain.rpc<{ blockNumber: string }>('eth_getTransactionReceipt', [hash])).blockNumber);

  it('though it came to a payment of little, which asks for less', async () => {
    await startWithTiers(ETHER / 10n);
    const payment = await swept(ETHER / 100n);
    await world.chain.pay(payment.address, 100n * ETHER);
    await world.chain.mine();
    const arrivedAt = await world.chain.height();
    await world.app.waitForBlock(arrivedAt);
    const to = Wallet.createRandom().address;
    expect((await askRefund(world, payment, to, 100n * ETHER + ETHER / 200n)).status).toBe(201);
    await waitFor('why it waits', async () =>
      (await refundsOf(world, payment))[0]?.waits_for?.includes('are final for now'),
    );
    expect(await world.outgoing(`purpose = 'refund'`)).toEqual([]);
    expect((await refundEnds(world, payment)).state).toBe('confirmed');
    const [sent] = await world.outgoing(`purpose = 'refund'`);
    expect(await blockOf(sent?.tx_hash)).toBeGreaterThanOrEqual(arrivedAt + 8);
    expect(await world.native(to)).toBe(100n * ETHER + ETHER / 200n);
  });

  it('though it came to several payments of little, and the payout account pays it of its own', async () => {
    await startWithTiers(ETHER / 5n);
    const payments = [await swept(ETHER / 100n), await swept(ETHER / 100n)];
    // Each has less at its address than what goes back of it, and is as deep as so much has to be.
    for (const { address } of payments) await world.chain.pay(address, (ETHER * 19n) / 100n);
    await world.chain.mine();
    const arrivedAt = await world.chain.height();
    await world.app.waitForBlock(arrivedAt);
    const to = Wallet.createRandom().address;
    const amount = (ETHER * 39n) / 200n;
    for (const payment of payments) expect((await askRefund(world, payment, to, amount)).status).toBe(201);
    const all = async () => (await Promise.all(payments.map((one) => refundsOf(world, one)))).flat();
    await waitFor('why one waits', async () =>
      (await all()).some(({ waits_for: why }) => why?.includes('less than 8 blocks deep')),
    );
    await waitFor('the other', async () => (await all()).some(({ status }) => status === 'sent'));
    expect(await world.chain.height()).toBe(arrivedAt);
    expect(await world.outgoing(`purpose = 'refund'`)).toHaveLength(1);
    for (const payment of payments) expect((await refundEnds(world, payment)).state).toBe('confirmed');
    const sent = await world.outgoing(`purpose = 'refund'`);
    const blocks = await Promise.all(sent.map(({ tx_hash: hash }) => blockOf(hash)));
    expect(Math.max(...blocks)).toBeGreaterThanOrEqual(arrivedAt + 8);
    expect(await world.native(to)).toBe(2n * amount);
  });
});

describe('what a refund may cost', () => {
  it('holds for bytes that would replace its first ones too, and they go when gas is cheap again', async () => {
    world = await startRefunding({ sweepBumpAfterMs: 60_000, refundMaxFeeBps: 5_000 });
    await world.chain.setBaseFee(GWEI);
    await world.chain.mine();
    const amount = 200_000n * GWEI;
    const payment = await world.paid(amount);
    await world.app.waitForBlock(await world.chain.height());
    const heal = world.refuseBroadcasts();
    await askRefund(world, payment, Wallet.createRandom().address, amount / 4n);
    const { id } = await world.waitForOutgoing(`purpose = 'refund'`);
    await world.chain.setBaseFee(9n * GWEI);
    await world.chain.mine();
    await world.app.waitForBlock(await world.chain.height());
    // A round that is under way has the price of before.
    await appsAtRest();
    world.bumpAfter(1);
    await waitFor('the reason', () => world.app.log.some((line) => line.includes('REFUND_MAX_FEE_BPS')));
    expect(await world.attempts(id)).toHaveLength(1);
    expect(await world.outgoing(`purpose = 'gas'`)).toEqual([]);
    world.bumpAfter(60_000);
    heal();
    await world.chain.setBaseFee(GWEI);
    const refund = await refundEnds(world, payment);
    expect(refund.state).toBe('confirmed');
    expect(BigInt(refund.fee as string) * 10_000n).toBeLessThanOrEqual(amount * 5_000n);
  });
});

describe('a refund that is signed, and too dear by now', () => {
  it('is signed with a higher fee once the operator forces it', async () => {
    world = await startRefunding({ sweepBumpAfterMs: 60_000, refundMaxFeeBps: 5_000 });
    await world.chain.setBaseFee(GWEI);
    await world.chain.mine();
    const payment = await world.paid(200_000n * GWEI);
    await world.app.waitForBlock(await world.chain.height());
    world.refuseBroadcasts();
    await askRefund(world, payment, Wallet.createRandom().address, 50_000n * GWEI);
    const { id } = await world.waitForOutgoing(`purpose = 'refund'`);
    await world.chain.setBaseFee(9n * GWEI);
    await world.chain.mine();
    await world.app.waitForBlock(await world.chain.height());
    // A round that is under way has the price of before.
    await appsAtRest();
    world.bumpAfter(1);
    await waitFor('the reason', () => world.app.log.some((line) => line.includes('REFUND_MAX_FEE_BPS')));
    const [refund] = await refundsOf(world, payment);
    const force = () => world.app.request<RefundView>('POST', `/api/v1/refunds/${refund?.id}/force`);
    expect(await force()).toMatchObject({ status: 200, body: { status: 'sent' } });
    await world.chain.mine();
    await waitFor('higher fees, or gas for them', async () => {
      const gas = await world.outgoing(`purpose = 'gas'`);
      return gas.length > 0 || (await world.attempts(id)).length > 1;
    });
    world.isRobbed = true;
  });
});

describe('the payout account', () => {
  it('signs refunds of tokens side by side: their amounts are no wei', async () => {
    world = await startRefunding({ sweepBumpAfterMs: 60_000 });
    const amount = 1_000n * ETHER;
    const payments = [await world.paidToken(amount), await world.paidToken(amount)];
    await world.plan();
    for (const { id } of payments) await world.settled(id);
    await world.chain.payToken(PAYOUT.address, 2n * amount);
    await world.chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(ETHER)]);
    await world.chain.mine(2);
    await world.app.waitForBlock(await world.chain.height());
    const to = Wallet.createRandom().address;
    for (const payment of payments) await askRefund(world, payment, to, amount);
    // No block is made meanwhile.
    await waitFor('both signed', async () => (await world.outgoing(`purpose = 'refund'`)).length === 2);
    for (const payment of payments) expect((await refundEnds(world, payment)).state).toBe('confirmed');
    world.isRobbed = true;
  });

  it('signs no more than it can pay the gas of, whatever else of the same round it signs', async () => {
    world = await startRefunding({ sweepBumpAfterMs: 60_000 });
    await world.chain.setBaseFee(GWEI);
    const payments = [await world.paid(ETHER), await world.paid(ETHER)];
    await world.plan();
    for (const { id } of payments) await world.settled(id);
    await world.app.request('POST', '/api/v1/sweeps/pause', {});
    // Both amounts, and the gas of one of them.
    const wei = 2n * ETHER + 21_000n * 10n * GWEI;
    await world.chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(wei)]);
    await world.chain.setBaseFee(4n * GWEI);
    await world.chain.mine(2);
    await world.app.waitForBlock(await world.chain.height());
    const to = Wallet.createRandom().address;
    for (const payment of payments) await askRefund(world, payment, to, ETHER);
    await world.app.request('POST', '/api/v1/sweeps/resume', {});
    const waiting = async () => {
      const refunds = (await Promise.all(payments.map((payment) => refundsOf(world, payment)))).flat();
      return refunds.some(({ waits_for }) => /lacks \d+ wei for gas/.test(waits_for ?? ''));
    };
    await waitFor('one to wait', waiting);
    expect(await world.outgoing(`purpose = 'refund'`)).toHaveLength(1);
    await world.chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(10n * ETHER)]);
    await world.chain.mine();
    for (const payment of payments) expect((await refundEnds(world, payment)).state).toBe('confirmed');
    expect(await world.native(to)).toBe(2n * ETHER);
    world.isRobbed = true;
  });
});
