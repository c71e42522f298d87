import { afterEach, describe, expect, it } from '@jest/globals';
import { HDNodeWallet, toQuantity, Wallet } from 'ethers';
import { type Settings } from '../../src/config/settings.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { toAddress } from '../../src/ids/ids.js';
import { transferData } from '../../src/outgoing/erc20.js';
import { TEST_MNEMONIC } from '../harness/app.js';
import { PAYOUT, SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';

/* What changes between a plan and its signature, for each way in which money leaves. Single transfers and refunds are in test/e2e. */
const ETHER = 10n ** 18n;
const GWEI = 10n ** 9n;
const WITHOUT_SWEEPER: Partial<Settings> = { roles: ['api', 'scanner', 'worker'] };
const CEILING = { enabled: true, minimum: 0n, maxGasPrice: 100n * GWEI };
let world: SweepWorld;
afterEach(() => world?.stop());

/** Has nodes want so much for the block's miner. */
const tip = (wei: bigint) =>
  world.node.inject('eth_maxPriorityFeePerGas', {
    kind: 'answer',
    answer: () => Promise.resolve({ result: toQuantity(wei) }),
  });
const planned = async () => {
  await world.app.waitForBlock(await world.chain.height());
  await world.app.request('POST', '/api/v1/sweeps/run', {});
};
/** Rounds enough for anything that might be signed. */
async function roundsPass(): Promise<void> {
  for (let count = 0; count < 4; count += 1) {
    await world.chain.mine();
    await world.app.waitForBlock(await world.chain.height());
    world.app.wake();
    await world.app.atRest();
  }
}
const nothingWas = async (purpose: string) =>
  expect(await world.outgoing(`purpose = '${purpose}'`)).toEqual([]);
const reasonOf = async ({ id }: PaymentView) =>
  (await world.sweepsOf(id)).find(({ state }) => ['waiting', 'planned', 'funding'].includes(state));
const setPaused = (isPaused: boolean) =>
  world.app.request('POST', `/api/v1/sweeps/${isPaused ? 'pause' : 'resume'}`, {});
const refund = async (paymentId: string, to: string, amount: bigint) =>
  (
    await world.app.request<RefundView>('POST', `/api/v1/payments/${paymentId}/refunds`, {
      to,
      amount: amount.toString(),
    })
  ).body;
const refundNow = async (id: string) =>
  (await world.app.request<RefundView>('GET', `/api/v1/refunds/${id}`)).body;

describe('a batch that was planned', () => {
  const start = async (settings: Partial<Settings> = {}, sweep = {}, tokenSweep = {}) => {
    world = await SweepWorld.startBatched(settings, sweep, { minimum: 0n, ...tokenSweep });
    const payments = [await world.paidToken(5_000_000n), await world.paidToken(7_000_000n)] as const;
    await world.restart(WITHOUT_SWEEPER);
    await planned();
    return payments;
  };

  it('does not go to the treasury of the plan, and by no contract that pays that one', async () => {
    const [one] = await start();
    await world.restart({ treasuryAddress: Wallet.createRandom().address });
    await roundsPass();
    await nothingWas('sweep');
    expect(await world.token(TREASURY)).toBe(0n);
    expect((await reasonOf(one))?.state).toBe('waiting');
  });

  it('waits where its fee is above its share by now, and goes when gas is cheaper', async () => {
    const payments = await start({ sweepMaxFeeBps: 500 }, {}, { nativeValue: ETHER / 100n });
    const cheaper = tip(2_000n * GWEI);
    await world.restart();
    await world.sweepIn(payments[0].id, 'waiting');
    expect((await reasonOf(payments[0]))?.reason_code).toBe('fee_share');
    await nothingWas('sweep');
    cheaper();
    await world.plan();
    for (const { id } of payments) await world.settled(id);
  });

  it('waits while gas is above the ceiling, while it is paused, and beyond the limit of the day', async () => {
    const limit = { maxPerDay: 6_000_000n };
    const payments = await start({}, { maxGasPrice: 100n * GWEI }, limit);
    const cheaper = tip(200n * GWEI);
    await world.restart();
    await world.sweepIn(payments[0].id, 'waiting');
    expect((await reasonOf(payments[0]))?.reason_code).toBe('gas_price');
    await setPaused(true);
    cheaper();
    await planned();
    await roundsPass();
    await nothingWas('sweep');
    await setPaused(false);
    await planned();
    await world.mineUntil('as much as the day allows', async () => (await world.token(TREASURY)) > 0n);
    await roundsPass();
    expect(await world.token(TREASURY)).toBe(6_000_000n);
  });

  it('leaves out the address whose money has gone, and moves the others', async () => {
    const [robbed, other] = await start();
    world.isRobbed = true;
    await world.chain.rpc('anvil_setBalance', [robbed.address, toQuantity(ETHER)]);
    const thief = HDNodeWallet.fromPhrase(TEST_MNEMONIC, undefined, "m/44'/60'/0'/0/0");
    expect(thief.address).toBe(robbed.address);
    const raw = await thief.signTransaction({
      chainId: 31_337,
      nonce: 0,
      gasLimit: 100_000,
      gasPrice: 10n * GWEI,
      type: 0,
      to: world.chain.token,
      data: transferData(toAddress(TANK.address), 5_000_000n),
    });
    await world.chain.rpc('eth_sendRawTransaction', [raw]);
    await world.chain.mine(4);
    await world.app.waitForBlock(await world.chain.height());
    await world.restart();
    await world.settled(other.id);
    expect(await world.token(TREASURY)).toBe(7_000_000n);
  });
});

describe('gas for a token’s sweep', () => {
  it('is not sent above the ceiling, while paused, or from a tank that has not got it', async () => {
    world = await SweepWorld.start({}, { sweep: CEILING });
    const payment = await world.paidToken(5_000_000n);
    await world.restart(WITHOUT_SWEEPER);
    await planned();
    const cheaper = tip(200n * GWEI);
    await world.restart();
    await world.sweepIn(payment.id, 'waiting');
    await nothingWas('gas');
    cheaper();
    await setPaused(true);
    await planned();
    await roundsPass();
    await nothingWas('gas');
    await setPaused(false);
    await world.chain.rpc('anvil_setBalance', [TANK.address, toQuantity(1_000n)]);
    world.isRobbed = true;
    await world.chain.mine();
    await planned();
    await roundsPass();
    await nothingWas('gas');
    await world.chain.rpc('anvil_setBalance', [TANK.address, toQuantity(ETHER)]);
    await world.chain.mine();
    await world.plan();
    await world.settled(payment.id);
    expect(await world.outgoing(`purpose = 'gas'`)).toHaveLength(1);
  });
});

describe('gas that is left', () => {
  it('does not come back while paused or above the ceiling, and does afterwards', async () => {
    world = await SweepWorld.start({}, { sweep: CEILING });
    const payment = await world.paidToken(5_000_000n);
    await world.chain.setBaseFee(40n * GWEI);
    await world.chain.mine();
    await world.plan();
    await world.waitForOutgoing(`purpose = 'gas' AND state = 'sent'`);
    await world.chain.setBaseFee(GWEI);
    await world.waitForOutgoing(`purpose = 'gas'`);
    await world.mineUntil('the transfer', async () => (await world.outgoing(`purpose = 'sweep'`)).length > 0);
    await setPaused(true);
    await world.settled(payment.id);
    await roundsPass();
    await nothingWas('gas_return');
    const cheaper = tip(200n * GWEI);
    await setPaused(false);
    await roundsPass();
    await nothingWas('gas_return');
    cheaper();
    await world.mineUntil(
      'gas to come back',
      async () => (await world.outgoing(`purpose = 'gas_return' AND state = 'confirmed'`)).length > 0,
    );
  });
});

describe('a refund that was asked for', () => {
  it('is not paid while paused, nor of money that its account has not got by then', async () => {
    world = await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey });
    await world.chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(ETHER)]);
    const payment = await world.paid(ETHER);
    await world.plan();
    await world.settled(payment.id);
    await setPaused(true);
    const to = Wallet.createRandom().address;
    const { id } = await refund(payment.id, to, ETHER / 2n);
    await roundsPass();
    await nothingWas('refund');
    await world.chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(ETHER / 4n)]);
    world.isRobbed = true;
    await world.chain.mine();
    await world.app.waitForBlock(await world.chain.height());
    await setPaused(false);
    await world.mineUntil('it to say what it waits for', async () =>
      (await refundNow(id)).waits_for?.includes('the payout account'),
    );
    await nothingWas('refund');
    await world.chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(ETHER)]);
    await world.mineUntil('the refund', async () => (await refundNow(id)).status === 'confirmed');
    expect(await world.native(to)).toBe(ETHER / 2n);
  });
});

describe('bytes that would replace others', () => {
  it('are not signed while paused, above the ceiling or above the share, and the first ones go', async () => {
    world = await SweepWorld.start({ sweepMaxFeeBps: 500 }, { sweep: CEILING });
    const payment = await world.paid(ETHER / 100n);
    const heal = world.refuseBroadcasts();
    await world.plan();
    const { id } = await world.waitForOutgoing(`purpose = 'sweep'`);
    await setPaused(true);
    world.bumpAfter(1);
    await roundsPass();
    expect(await world.attempts(id)).toHaveLength(1);
    const dearer = tip(99n * GWEI);
    await setPaused(false);
    await roundsPass();
    expect(await world.attempts(id)).toHaveLength(1);
    dearer();
    world.bumpAfter(60_000);
    heal();
    await world.settled(payment.id);
  });
});
