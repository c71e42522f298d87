import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { creationCode } from '../../src/outgoing/delegate/sweep-delegate.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { PARTIES, PAYOUT, TANK, TREASURY } from '../harness/sweep-world.js';
import { type Asset, type Paid, sum, SurvivalWorld, TANK_WEI } from '../harness/survival-world.js';
import { type QuittanceProcess } from '../harness/quittance-process.js';
import { waitFor } from '../harness/wait-for.js';

/** SWEEP_PAYMENTS=100 SWEEP_KILLS=20 for more of it. */
const PAYMENTS = Number(process.env.SWEEP_PAYMENTS ?? 12);
const KILLS = Number(process.env.SWEEP_KILLS ?? 3);
const WAIT_MS = 240_000 + PAYMENTS * 2_000;
const ASSETS: readonly Asset[] = ['native', 'TUSD', 'ODD'];
const PAYOUT_WEI = 10n ** 19n;
const PAYOUT_TOKENS = 10n ** 12n;

interface Asked extends Paid {
  to: string;
  back: bigint;
}

let world: SurvivalWorld;
afterEach(() => world.stop());

/** Asks that a third of each third payment goes back. */
async function askRefunds(process: QuittanceProcess, paid: readonly Paid[], every: number): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const one of paid.filter((_paid, index) => index % every === 0)) {
    const to = Wallet.createRandom().address;
    const back = one.amount / 3n;
    const body = { to, amount: back.toString() };
    await process.request<RefundView>('POST', `/payments/${one.payment.id}/refunds`, body);
    asked.push({ ...one, to, back });
  }
  return asked;
}

const tokenOf = (asset: Asset) => (asset === 'ODD' ? world.odd.address : world.chain.token);
const held = (asset: Asset, address: string) =>
  asset === 'native' ? world.native(address) : world.token(address, tokenOf(asset));
const setPaused = (isPaused: boolean) => world.rows(`UPDATE sweeper_controls SET is_paused = ${isPaused}`);

/** Ends the sessions that hold the chains' locks again and again: each process goes on with its round, and the other begins one. */
function stealLocks(): () => Promise<void> {
  let isOn = true;
  const stealing = (async () => {
    while (isOn) {
      await world.rows(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'quittance sweeper'`,
      );
      await delay(100);
    }
  })();
  return async () => {
    isOn = false;
    await stealing;
  };
}

/** What is so at the end, to the wei, whoever did what. */
async function requireWhole(paid: readonly Paid[], asked: readonly Asked[]): Promise<void> {
  for (const { asset, to, back } of asked) expect(await held(asset, to)).toBe(back);
  const outgoing = await world.outgoing();
  const failed = outgoing.filter(({ state }) => state !== 'confirmed');
  expect(failed).toEqual([]);
  for (const asset of ['TUSD', 'ODD'] as const) {
    const received = sum(paid.filter((one) => one.asset === asset).map(({ amount }) => amount));
    const back = sum(asked.filter((one) => one.asset === asset).map((one) => one.back));
    const [treasury, payout] = [await held(asset, TREASURY), await held(asset, PAYOUT.address)];
    expect(treasury + payout).toBe(received + PAYOUT_TOKENS - back);
    for (const { payment } of paid) expect(await held(asset, payment.address)).toBe(0n);
  }
  const received = sum(paid.filter(({ asset }) => asset === 'native').map(({ amount }) => amount));
  const back = sum(asked.filter(({ asset }) => asset === 'native').map((one) => one.back));
  const fees = sum(outgoing.map(({ fee }) => BigInt(fee)));
  const own = [TREASURY, TANK.address, PAYOUT.address, ...paid.map(({ payment }) => payment.address)];
  const now = sum(await Promise.all(own.map((address) => world.native(address))));
  expect(now).toBe(received + TANK_WEI + PAYOUT_WEI - back - fees);
  expect(await world.count(`refunds WHERE state = 'confirmed'`)).toBe(asked.length);
  await requireGasOnce();
  await world.requireLedger();
}

/**
 * Nobody is sent gas twice: what comes after the first is what a dearer gas lacks, after SWEEP_BUMP_AFTER, and so a small
 * part of it. No more comes back than was sent and not used.
 */
async function requireGasOnce(): Promise<void> {
  const [moved] = await world.rows<{ twice: string[]; tooMuch: string[] }>(`
    SELECT (SELECT coalesce(array_agg(again.recipient), '{}') FROM outgoing_transactions first
        JOIN outgoing_transactions again ON again.id > first.id AND again.recipient = first.recipient
          AND again.subject_id = first.subject_id AND again.purpose = first.purpose
        WHERE first.purpose = 'gas' AND (2 * again.amount >= first.amount
          OR again.created_at < first.created_at + interval '2 s')) AS twice,
      (SELECT coalesce(array_agg(back.id::text), '{}') FROM outgoing_transactions back WHERE purpose = 'gas_return' AND amount + fee >
        (SELECT coalesce(sum(amount), 0) FROM outgoing_transactions gas WHERE gas.purpose = 'gas'
          AND gas.recipient = back.from_address)) AS "tooMuch"`);
  expect(moved).toEqual({ twice: [], tooMuch: [] });
}

describe.each(['prefund', 'eip7702'] as const)(
  'two sweeping processes that each believe they hold the chain',
  (path) => {
    it(
      `move ${PAYMENTS} payments and their refunds by ${path} to the wei, under ${KILLS} kills and reorgs`,
      async () => {
        world = await SurvivalWorld.start(WAIT_MS, ['--hardfork', 'prague'], async (chain) => {
          await chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(PAYOUT_WEI)]);
          await chain.payToken(PAYOUT.address, PAYOUT_TOKENS);
          if (path === 'prefund') return {};
          const delegate = await chain.deploy(creationCode(PARTIES));
          return { sweep: { enabled: true, minimum: 0n, batches: { delegate, size: 5 } } };
        });
        await world.chain.payToken(PAYOUT.address, PAYOUT_TOKENS, world.odd.address);
        world.extra = { PAYOUT_PRIVATE_KEY: PAYOUT.privateKey };
        const first = await world.run();
        await setPaused(true);
        const paid = await world.pay(first, PAYMENTS, ASSETS);
        await waitFor(
          'all to be confirmed',
          async () => (await world.count(`payments WHERE status = 'confirmed'`)) === PAYMENTS,
          WAIT_MS,
        );
        const asked = await askRefunds(first, paid, 3);
        await world.runBeside();
        await setPaused(false);
        const stop = stealLocks();
        for (let kill = 0; kill < KILLS; kill += 1) {
          await delay(Math.random() * 4_000);
          await world.chain.reorg(2);
          await delay(Math.random() * 2_000);
          await (kill % 2 === 0 ? world.kill() : world.killBeside());
          await (kill % 2 === 0 ? world.run() : world.runBeside());
        }
        await stop();
        await waitFor(
          'every refund to be final',
          async () => (await world.count(`refunds WHERE state = 'confirmed'`)) === asked.length,
          WAIT_MS,
        );
        await world.settled(PAYMENTS);
        await requireWhole(paid, asked);
      },
      WAIT_MS * 2,
    );
  },
);
