import { afterEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { NO_RATES } from '../../src/config/rates.js';
import { type Settings } from '../../src/config/settings.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TestApp } from '../harness/app.js';
import { appsAtRest } from '../harness/awake.js';
import { PAYOUT, SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';
import { askRefund, refundEnds, refundsOf } from '../harness/world-refunds.js';

const ETHER = 10n ** 18n;
const GWEI = 10n ** 9n;
const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

const pair = (base: string, value: string) => ({
  base,
  quote: 'EUR',
  sources: [{ kind: 'fixed' as const, value }],
});

describe('a sweep whose token has fallen since its plan', () => {
  it('waits where its fee is above what its share is worth by now, and goes when it is worth that again', async () => {
    const chain = await TestChain.start();
    ended.push(() => chain.stop());
    await chain.rpc('anvil_setBalance', [TANK.address, toQuantity(100n * ETHER)]);
    await chain.mine();
    const config = { ...chain.config, sweep: { enabled: true, minimum: 0n } };
    const settings: Partial<Settings> = {
      treasuryAddress: TREASURY,
      gasTankPrivateKey: TANK.privateKey,
      sweepSchedule: '0 0 1 1 *',
      sweepMaxFeeBps: 500,
      rateRefreshMs: 200,
    };
    let app: TestApp | undefined;
    ended.push(async () => app?.stop());
    const restart = async (dollar: string, isSweeping: boolean) => {
      await app?.close();
      // Of several prices in one minute the first is kept, and a minute is long: as if that one had passed.
      await app?.database.dataSource.query('DELETE FROM recorded_rates');
      const roles: Settings['roles'] = isSweeping
        ? ['api', 'scanner', 'worker', 'sweeper']
        : ['api', 'scanner', 'worker'];
      const rates = { ...NO_RATES, pairs: [pair('ETH', '3000'), pair('TUSD', dollar)] };
      const before = app ? { before: app } : {};
      app = await TestApp.start({ ...before, chains: [config], rates, settings: { ...settings, roles } });
      const running = app;
      // Recorded once a minute, and fees are compared with what is recorded.
      const isRecorded = async () => {
        const [last] = await running.database.dataSource.query<{ value: number }[]>(
          `SELECT (numerator::numeric / denominator::numeric)::float8 AS value FROM recorded_rates WHERE pair = 'TUSD/EUR'
           ORDER BY at DESC LIMIT 1`,
        );
        return last?.value === Number(dollar);
      };
      await waitFor(`a price of ${dollar}`, isRecorded, 150_000);
      return running;
    };
    const first = await restart('1', false);
    const { body: chains } = await first.request<{ data: { tokens: { id: string }[] }[] }>(
      'GET',
      '/api/v1/chains',
    );
    const token_id = chains.data[0]?.tokens[0]?.id as string;
    const payment: PaymentView = await first.createPayment({ token_id, amount: '300000000' });
    await chain.payToken(payment.address, 300_000_000n);
    await chain.mine(4);
    await first.waitForStatus(payment.id, 'confirmed');
    await first.waitForBlock(await chain.height());
    expect((await first.request('POST', '/api/v1/sweeps/run', {})).status).toBe(200);
    const sweeps = (of: TestApp) =>
      of.database.dataSource.query<{ state: string; reason_code: string | null }[]>(
        'SELECT state, reason_code FROM sweeps ORDER BY id',
      );
    expect(await sweeps(first)).toMatchObject([{ state: 'planned' }]);

    // What it brings is a ten-thousandth of what it was to be worth.
    await restart('0.0001', false);
    const fallen = await restart('0.0001', true);
    await waitFor('it to wait', async () => {
      await chain.mine();
      return (await sweeps(fallen))[0]?.reason_code === 'fee_share';
    });
    const sent = await fallen.database.dataSource.query<unknown[]>('SELECT FROM outgoing_transactions');
    expect(sent).toEqual([]);

    await restart('1', false);
    const risen = await restart('1', true);
    await risen.waitForBlock(await chain.height());
    await risen.request('POST', '/api/v1/sweeps/run', {});
    await waitFor('the payment settled', async () => {
      await chain.mine();
      return (await risen.payment(payment.id)).status === 'settled';
    });
  });
});

describe('a refund of a token that nobody has put a price on', () => {
  it('costs no more than sweep.max_fee, when it is asked for and when it is signed', async () => {
    const maxFee = 86_000n * 6n * GWEI;
    const world = await SweepWorld.start(
      { payoutPrivateKey: PAYOUT.privateKey, sweepBumpAfterMs: 60_000 },
      { sweep: { enabled: true, minimum: 0n, maxFee } },
    );
    ended.push(() => world.stop());
    const setPrice = async (wei: bigint) => {
      await world.chain.setBaseFee(wei);
      await world.chain.mine();
      await world.app.waitForBlock(await world.chain.height());
      // A round that is under way has the price of before.
      await appsAtRest();
    };
    await setPrice(GWEI);
    const payment = await world.paidToken(5_000_000n);
    const to = Wallet.createRandom().address;
    await setPrice(60n * GWEI);
    expect(await askRefund(world, payment, to, 1_000_000n)).toMatchObject({ status: 409 });
    await setPrice(GWEI);
    await world.app.request('POST', '/api/v1/sweeps/pause', {});
    // What gas costs is remembered for some seconds, to refuse at once what nobody would pay for.
    const isTaken = async () => (await askRefund(world, payment, to, 1_000_000n)).status === 201;
    await waitFor('the refund to be taken', isTaken);
    await setPrice(60n * GWEI);
    await world.app.request('POST', '/api/v1/sweeps/resume', {});
    await waitFor('why it waits', async () =>
      (await refundsOf(world, payment))[0]?.waits_for?.includes('sweep.max_fee'),
    );
    expect(await world.outgoing()).toEqual([]);
    await setPrice(GWEI);
    const refund = await refundEnds(world, payment);
    expect(refund.state).toBe('confirmed');
    expect(BigInt(refund.fee as string)).toBeLessThanOrEqual(maxFee);
  });
});
