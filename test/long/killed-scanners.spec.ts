import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_RATES } from '../../src/config/rates.js';
import { AdvisoryLocks } from '../../src/database/advisory-locks.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TEST_MNEMONIC, TestApp } from '../harness/app.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { writeRatesFile } from '../harness/rates-file.js';
import { type TempFolder, tempFolder } from '../harness/temp-folder.js';
import { waitFor } from '../harness/wait-for.js';
import { AheadClock } from '../simulation/options/chain-clock.js';
import { ChainWorld } from '../simulation/options/chain-world.js';
import { askedFor, type KnownOption } from '../simulation/options/expected.js';
import { fraction } from '../simulation/options/fraction.js';
import { PEGGED } from '../simulation/options/market.js';
import { pay, remembered, someAssets } from '../simulation/options/option-actions.js';
import { differencesOfPayment } from '../simulation/options/option-compare.js';
import { PricedChain, type SimulatedAsset } from '../simulation/options/priced-chain.js';
import { storedRates } from '../simulation/options/quotes.js';
import { recordWalk } from '../simulation/options/recorded-walk.js';
import { reorg } from '../simulation/options/world-actions.js';
import { Random } from '../simulation/random.js';

/** OPTION_PAYMENTS=100 OPTION_KILLS=20 for the whole of it; OPTION_SEED for others. */
const PAYMENTS = Number(process.env.OPTION_PAYMENTS ?? 16);
const KILLS = Number(process.env.OPTION_KILLS ?? 4);
const SEED = Number(process.env.OPTION_SEED ?? 1);
const WAIT_MS = 120_000 + PAYMENTS * 2_000 + KILLS * 20_000;

const DAY_S = 86_400;
const QUIET_MS = 15_000;
/** In USD. */
const BEGINS = new Map([
  ['ETH/USD', 3_500n],
  ['POL/USD', 2n],
  ['WBT/USD', 97_000n],
  ['TUSD/USD', 1n],
  ['DAI/USD', 1n],
  ['EUR/USD', 1n],
]);
const RATES = {
  ...NO_RATES,
  pairs: [...BEGINS].map(([pair, value]) => {
    const [base = '', quote = ''] = pair.split('/');
    return { base, quote, sources: [{ kind: 'fixed' as const, value: `${value}` }] };
  }),
  pegs: Object.fromEntries(PEGGED.map((symbol) => [symbol, 'USD'])),
};

interface TimedChain {
  chain: PricedChain;
  clock: AheadClock;
  blockMs: number;
  dueAtMs: number;
}

const random = new Random(SEED);
let chains: TimedChain[];
let folder: TempFolder;
let app: TestApp;
let world: ChainWorld;
const running = new Set<QuittanceProcess>();
/** Of how many chains each process had become the scanner when it was killed. */
const scannedByKilled: number[] = [];
let kills = 0;
/** Customers who pay, not all of them what they should. */
let paying = 2 * PAYMENTS;

beforeAll(async () => {
  const specs = [
    { name: 'alpha', native: 'ETH', token: null, confirmations: 5, blockMs: 120 },
    { name: 'beta', native: 'ETH', token: { symbol: 'WBT', decimals: 8 }, confirmations: 3, blockMs: 400 },
    {
      name: 'gamma',
      native: 'POL',
      token: { symbol: 'DAI', decimals: 18 },
      confirmations: 1,
      blockMs: 1_100,
    },
  ];
  chains = await Promise.all(
    specs.map(async ({ blockMs, ...spec }, index) => {
      const clock = new AheadClock();
      const chain = await PricedChain.start({ ...spec, endpoints: 1 }, index, clock);
      await chain.node.rpc('anvil_setBalance', [chain.node.payer, `0x${(10n ** 24n).toString(16)}`]);
      return { chain, clock, blockMs, dueAtMs: 0 };
    }),
  );
  const priced = chains.map(({ chain }) => chain);
  folder = tempFolder();
  writeChainsFile(join(folder.path, 'chains.yaml'), ...priced.map(({ config }) => config));
  writeRatesFile(join(folder.path, 'rates.yaml'), RATES);
  app = await TestApp.start({
    chains: priced.map(({ config }) => config),
    rates: RATES,
    settings: { roles: ['api'], lateWatchDays: 1 },
  });
  await recordWalk(app.database, random, BEGINS);
  world = new ChainWorld(random, priced, app, DAY_S, 0);
});
afterAll(async () => {
  await Promise.all([...running].map((scanner) => scanner.end('SIGKILL')));
  await app?.stop();
  await Promise.all(chains.map(({ chain }) => chain.stop()));
  folder?.remove();
});

describe('payments with a price, paid in parts on three chains that make blocks at different times', () => {
  it(
    `end as the chains and the rates have it, ${PAYMENTS} of them, while two scanner processes are killed ${KILLS} times`,
    async () => {
      const killed = Promise.all([killAgainAndAgain(), killAgainAndAgain()]);
      await scanned();
      let isKilling = true;
      void killed.finally(() => (isKilling = false));
      while (isKilling || world.payments.length < PAYMENTS || paying > 0) await step(isKilling);
      await killed;
      await payWhatIsDue();
      for (const { chain } of chains) await chain.mine(chain.confirmations + 1);
      await scanned();

      const [arrivals, now, latest] = [
        await world.arrivals(),
        await world.circumstances(),
        await world.circumstances(true),
      ];
      const differences: string[] = [];
      for (const known of world.payments) {
        const found = await differencesOfPayment(world, known, arrivals, now, latest);
        differences.push(...found.map((difference) => `${known.id}: ${difference}`));
      }
      const met = [...world.met].map(([what, count]) => `${count} ${what}`).join('; ');
      process.stderr.write(
        `seed ${SEED}: ${differences.length} differences of ${PAYMENTS} payments after ${KILLS} kills; which scanned ${scannedByKilled.join(', ')} chains: ${met}\n`,
      );
      expect(differences).toEqual([]);
    },
    WAIT_MS * 2,
  );
});

/** What customers, chains and the merchant do, one thing at a time, spread over all the kills. */
async function step(isKilling: boolean): Promise<void> {
  await delay(random.between(0, isKilling ? 120 : 20));
  await mineWhatIsDue();
  const share = isKilling ? (kills + 1) / (KILLS + 1) : 1;
  const action = random.weighted([
    ...(world.payments.length < PAYMENTS * share ? [[24, create] as const] : []),
    ...(paying > 2 * PAYMENTS * (1 - share) ? [[40, payOne] as const] : []),
    [6, () => reorg(world)] as const,
    [1, jump] as const,
    [20, () => Promise.resolve('nothing')] as const,
  ]);
  await action();
}

/** Blocks go on to come meanwhile: an endpoint whose head stands still for long is put aside. */
async function scanned(): Promise<void> {
  let minedAtMs = Date.now();
  const isScanned = async () => {
    if ((await world.open()) === null) return true;
    if (Date.now() - minedAtMs < QUIET_MS) return false;
    minedAtMs = Date.now();
    for (const { chain } of chains) await chain.mine(1);
    return false;
  };
  await waitFor('everything to be scanned', isScanned, WAIT_MS);
}

function payOne(): Promise<string> {
  paying -= 1;
  return pay(world);
}

async function mineWhatIsDue(): Promise<void> {
  for (const timed of chains) {
    if (timed.dueAtMs > Date.now()) continue;
    timed.dueAtMs = Date.now() + timed.blockMs;
    await timed.chain.mine(1);
  }
}

/** One chain is later than the others from now on, past the end of what was made not long ago. */
async function jump(): Promise<string> {
  const { chain, clock } = random.pick(chains);
  clock.pass(random.between(60, 700));
  await chain.mine(1);
  return chain.name;
}

async function create(): Promise<string> {
  const asked = someAssets(random, world.assets);
  const minorUnits = BigInt(random.between(1, 20_000));
  const price = { amount: `${minorUnits / 100n}.${String(minorUnits % 100n).padStart(2, '0')}` };
  const currency = random.pick(['EUR', 'USD']);
  const body = await waitFor('a payment in all assets', async () => {
    const { status, body } = await app.request<PaymentView>('POST', '/api/v1/payments', {
      price: { ...price, currency },
      accept: asked.map(({ chain, tokenId }) => ({ chain: chain.name, token_id: tokenId })),
      expires_in_minutes: random.pick([5, 5, 15, 60]),
    });
    return status === 201 && body;
  });
  const rates = await storedRates(world, body.id);
  const amount = fraction(minorUnits, 100n);
  const options = body.options.map((option, index): KnownOption => {
    const asset = asked[index] as SimulatedAsset;
    const rate = rates[index] ?? fraction(0n);
    expect(option.amount).toBe(askedFor(amount, rate, asset.decimals).toString());
    return { asset, amount: BigInt(option.amount), rate };
  });
  world.payments.push({ options, price: { amount, currency, digits: 2 }, ...remembered(world, body) });
  return body.id;
}

/** Most of the payments get what they lack, in as many assets as they offer. */
async function payWhatIsDue(): Promise<void> {
  for (const { id, address, options } of world.payments) {
    if (random.chance(0.2)) continue;
    const view = await app.payment(id);
    for (const [index, { asset }] of options.entries()) {
      const due = BigInt(view.options[index]?.amount_due ?? 0);
      const share = BigInt(options.length);
      if (due > 0n) await asset.chain.pay(asset, address, (due + share - 1n) / share);
    }
  }
}

/**
 * A scanner process that is killed at random moments, and started again. Meanwhile one of the chains is kept from the other
 * process, so that now one and now both of them are at work.
 */
async function killAgainAndAgain(): Promise<void> {
  const locks = new AdvisoryLocks(app.database.url, 'another scanner');
  for (let kill = 0; ; kill += 2) {
    await locks.hold(`quittance scanner ${random.pick(chains).chain.chainId}`);
    const scanner = await QuittanceProcess.spawn(folder.path, {
      DATABASE_URL: app.database.url,
      ROLES: 'scanner',
      CHAINS_FILE: join(folder.path, 'chains.yaml'),
      RATES_FILE: join(folder.path, 'rates.yaml'),
      MNEMONIC: TEST_MNEMONIC,
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
      LATE_WATCH_DAYS: '1',
    });
    running.add(scanner);
    await scanner.ready();
    await locks.release();
    if (kill + 1 >= KILLS) return;
    await delay(Math.random() * 2_500);
    kills += 1;
    await scanner.end('SIGKILL');
    running.delete(scanner);
    scannedByKilled.push((scanner.output.match(/"scanning"/g) ?? []).length);
  }
}
