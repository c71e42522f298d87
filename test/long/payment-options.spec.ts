import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChainConfig } from '../../src/config/chains.js';
import { NO_RATES } from '../../src/config/rates.js';
import { toChainId } from '../../src/ids/ids.js';
import { tokenId } from '../../src/ids/token-id.js';
import { type PaymentLine } from '../../src/payments/export/payment-lines.js';
import { PaymentNews } from '../../src/payments/payment-news.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { SweepPlanner } from '../../src/sweeper/planning/sweep-planner.js';
import { TestApp } from '../harness/app.js';
import { appsAtRest } from '../harness/awake.js';
import { requireBooks } from '../harness/books.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { quittance } from '../harness/command-line.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import { OddToken } from '../harness/odd-token.js';
import { TANK, tokenBalance, TREASURY } from '../harness/sweep-world.js';
import { tempFolder } from '../harness/temp-folder.js';
import { TestChain } from '../harness/test-chain.js';
import { differencesOfEvents, together } from '../simulation/compare.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
const depth = (blocks: number) => ({ kind: 'blocks' as const, tiers: [{ upTo: null, blocks }] });
const fixed = (base: string, value: string) => ({
  base,
  quote: 'EUR',
  sources: [{ kind: 'fixed' as const, value }],
});

/**
 * 49.90 EUR in each: 54.2392 TUSD at 0.92, 0.0166334 ETH at 3000, 0.00083167 of a token with 8 decimals at 60000. The last
 * two are rounded up, to six digits and to the token's smallest unit.
 */
const TUSD = 54_239_200n;
const NATIVE = 16_633_400_000_000_000n;
const COIN = 83_167n;

let alpha: TestChain;
let beta: TestChain;
let gamma: TestChain;
let coin: OddToken;
let toGamma: FaultyRpc;
let chains: ChainConfig[];
let app: TestApp;

/** The deepest of them asks for most blocks. */
beforeAll(async () => {
  const sweep = { enabled: true, minimum: 0n };
  [alpha, beta, gamma] = await Promise.all([
    TestChain.start({ name: 'alpha', chainId: toChainId(31_401), confirmations: depth(2), sweep }),
    TestChain.start({
      name: 'beta',
      chainId: toChainId(31_402),
      confirmations: depth(4),
      blockTimeMs: 200,
      sweep,
    }),
    TestChain.start({
      name: 'gamma',
      chainId: toChainId(31_403),
      confirmations: depth(6),
      blockTimeMs: 100,
      sweep,
    }),
  ]);
  coin = await OddToken.deploy(gamma);
  await coin.setDecimals(8);
  await gamma.mine();
  const tokens = [{ symbol: 'COIN', address: coin.address, decimals: 8, enabled: true }];
  chains = [alpha.config, beta.config, { ...gamma.config, tokens }];
  toGamma = await FaultyRpc.start(gamma.url);
  for (const chain of [alpha, beta, gamma])
    await chain.rpc('anvil_setBalance', [TANK.address, `0x${(100n * ETHER).toString(16)}`]);
  app = await TestApp.start({
    chains: chains.map((chain) => (chain.name === 'gamma' ? { ...chain, rpcUrls: [toGamma.url] } : chain)),
    rates: {
      ...NO_RATES,
      pairs: [fixed('TUSD', '0.92'), fixed('ETH', '3000'), fixed('COIN', '60000')],
    },
    settings: {
      treasuryAddress: TREASURY,
      gasTankPrivateKey: TANK.privateKey,
      // Planned by hand.
      sweepSchedule: '0 0 1 1 *',
    },
  });
});
afterAll(async () => {
  await app?.stop();
  await toGamma?.die();
  await Promise.all([alpha, beta, gamma].map((chain) => chain?.stop()));
});

/** 49.90 EUR, payable in a token on alpha, natively on beta, or in the token with 8 decimals on gamma. */
function priced(minutes = 10): Promise<PaymentView> {
  const body = {
    price: { amount: '49.90', currency: 'EUR' },
    accept: [
      { chain: 'alpha', token_id: tokenId(alpha.config.chainId, alpha.token) },
      { chain: 'beta' },
      { chain: 'gamma', token_id: tokenId(gamma.config.chainId, coin.address) },
    ],
    expires_in_minutes: minutes,
  };
  return waitFor('an offer on all three chains', async () => {
    const answer = await app.request<PaymentView>('POST', '/api/v1/payments', body);
    return answer.status === 201 && answer.body.options.length === 3 && answer.body;
  });
}

const payCoin = (to: string, amount: bigint) => gamma.payToken(to, amount, coin.address);
const markOf = async (id: string) => (await app.get(PaymentNews).ofOne(id))?.mark;
async function pageOf(id: string): Promise<string> {
  const rows = await app.database.dataSource.query<{ page_token: string }[]>(
    'SELECT page_token FROM payments WHERE id = $1',
    [id],
  );
  const answer = await fetch(`${app.url}/pay/${rows[0]?.page_token}`);
  return (await answer.text()).replaceAll(/\s+/g, ' ');
}
const optionsOf = async (id: string) => (await app.payment(id)).options;

describe('a payment of 49.90 EUR that may be paid on three chains', () => {
  it('adds up its parts exactly, loses one with a reorg and gets it back, is confirmed once when the slowest is deep, and is settled by three sweeps', async () => {
    const { id, address, options } = await priced();
    expect(options.map(({ amount, decimals }) => [amount, decimals])).toEqual([
      [String(TUSD), 6],
      [String(NATIVE), 18],
      [String(COIN), 8],
    ]);
    // 40 % there, deep soon.
    await alpha.payToken(address, (TUSD * 4n) / 10n);
    await alpha.mine(3);
    await app.waitForStatus(id, 'partially_paid');
    expect((await app.payment(id)).price).toMatchObject({ received: '19.96', due: '29.94' });
    // 30 % here, and 30 % of the third less a tenth of its smallest unit.
    await beta.pay(address, (NATIVE * 3n) / 10n);
    await beta.mine(1);
    await payCoin(address, (COIN * 3n) / 10n);
    await gamma.mine(1);
    await waitFor('all three parts', async () =>
      (await optionsOf(id)).every(({ amount_received: amount }) => amount !== '0'),
    );
    const short = await app.payment(id);
    expect(short).toMatchObject({ status: 'partially_paid', price: { due: '0.01' } });
    expect(short.options[2]?.amount_due).toBe('1');
    await payCoin(address, 1n);
    await gamma.mine(1);
    const seen = await app.waitForStatus(id, 'detected');
    expect(seen.options.map(({ amount_due: due }) => due)).toEqual(['0', '0', '0']);
    expect(seen).toMatchObject({ exception: null, price: { received: '49.90', due: '0.00' } });

    await beta.reorg(1, []);
    await app.waitForStatus(id, 'partially_paid');
    const without = await optionsOf(id);
    expect(without.map(({ amount_received: amount }) => amount)).toEqual(['21695680', '0', '24951']);
    await beta.pay(address, (NATIVE * 3n) / 10n);
    await beta.mine(4);
    const again = await app.waitForStatus(id, 'detected');
    expect(again).toMatchObject({ chain: 'alpha', amount: String(TUSD) });
    expect(await pageOf(id)).toContain('max="6" value="1"');
    const shown = await markOf(id);
    await gamma.mine(4);
    await waitFor('news for who looks at the page', async () => (await markOf(id)) !== shown);
    await waitFor('five of six confirmations', async () => (await optionsOf(id))[2]?.confirmations === 5);
    expect((await app.payment(id)).status).toBe('detected');
    expect(await pageOf(id)).toContain('max="6" value="5"');
    await gamma.mine(1);
    await app.waitForStatus(id, 'confirmed');
    const types = await app.eventsOf(id);
    expect(types.filter((type) => type === 'payment.confirmed')).toHaveLength(1);
    expect(types).toContain('payment.reorged');

    await sweptAndSettled(id);
    const held = [
      await tokenBalance(alpha, alpha.token, TREASURY),
      BigInt(await beta.rpc<string>('eth_getBalance', [TREASURY, 'latest'])),
      await tokenBalance(gamma, coin.address, TREASURY),
    ];
    const { options: settled } = await app.payment(id);
    expect(held).toEqual(settled.map(({ sweep }) => BigInt(sweep?.amount as string)));
    expect(held[0]).toBe(21_695_680n);
    expect(held[2]).toBe(24_951n);
    expect((await app.eventsOf(id)).filter((type) => type === 'payment.settled')).toHaveLength(1);
    await provenBooks();
    await exported(id);
  });

  it('does not expire while one of its chains is down, and then does what that chain shows', async () => {
    const [paid, unpaid] = [await priced(), await priced()];
    await toGamma.die();
    await payCoin(paid.address, COIN);
    await gamma.mine(1);
    await Promise.all([alpha, beta].map((chain) => chain.passTime(900)));
    await Promise.all([alpha.mine(3), beta.mine(5)]);
    await waitFor('the end seen on the two', async () => {
      const rows = await app.database.dataSource.query<{ waits: string }[]>(
        `SELECT count(*) AS waits FROM payment_options
         WHERE payment_id = ANY($1) AND chain_id <> 31403 AND recheck_at_time IS NOT NULL`,
        [[paid.id, unpaid.id]],
      );
      return rows[0]?.waits === '0';
    });
    for (const { id } of [paid, unpaid]) expect((await app.payment(id)).status).toBe('pending');
    await toGamma.revive();
    await gamma.passTime(900);
    await gamma.mine(7);
    expect(await app.waitForStatus(paid.id, 'confirmed', 60_000)).toMatchObject({
      exception: null,
      chain: 'gamma',
      amount_received: String(COIN),
    });
    await app.waitForStatus(unpaid.id, 'expired', 60_000);
    expect(await app.eventsOf(unpaid.id)).toEqual(['payment.created', 'payment.expired']);
  });

  it('is refunded in the asset that is named, where several came', async () => {
    const { id, address } = await priced();
    await alpha.payToken(address, TUSD / 2n);
    await beta.pay(address, NATIVE / 2n);
    await Promise.all([alpha.mine(3), beta.mine(5)]);
    await app.waitForStatus(id, 'confirmed');
    const to = '0x00000000219ab540356cbb839cbe05303d7705fa';
    const path = `/api/v1/payments/${id}/refunds`;
    const unnamed = await app.request('POST', path, { to, amount: '1000' });
    expect(unnamed).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/TUSD on alpha.*ETH on beta/) },
    });
    const native = { to, chain: 'beta', token_id: null };
    // Within what the payment was worth, and more than came in this asset.
    const tooMuch = await app.request('POST', path, { ...native, amount: String(NATIVE) });
    expect(tooMuch.status).toBe(409);
    const named = await app.request('POST', path, { ...native, amount: '1000' });
    expect(named).toMatchObject({ status: 201, body: { chain: 'beta', token_address: null } });
    const { options, status } = await app.payment(id);
    expect(options.map(({ amount_refund_pending: pending }) => pending)).toEqual(['0', '1000', '0']);
    expect(status).toBe('confirmed');
  });

  it('is moved by three scanners, its merchant and refunds at the same moment, and tells one story of it', async () => {
    const payments = await Promise.all(Array.from({ length: 12 }, () => priced(60)));
    for (const { address } of payments)
      await Promise.all([
        alpha.payToken(address, TUSD / 2n),
        beta.pay(address, NATIVE / 2n),
        // None of it goes back: whatever does of the others, what is due stays covered.
        payCoin(address, COIN),
      ]);
    const mined = () => Promise.all([alpha.mine(1), beta.mine(1), gamma.mine(1)]);
    const cancelled = new Set<string>();
    for (let round = 0; round < 8; round++) {
      // In the first they are unpaid for all that we know, in the last they are confirmed.
      const asked = payments.flatMap(({ id }) => atOnce(id, round));
      const [answers] = await Promise.all([Promise.all(asked), mined()]);
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      for (const { status, path } of answers)
        if (path.endsWith('/cancel') && status === 200) cancelled.add(path.split('/')[4] as string);
    }
    for (const { id } of payments) {
      // Where the merchant was faster than some of its money, that is the merchant's to accept.
      const ends = cancelled.has(id) ? ['confirmed', 'partially_paid', 'cancelled'] : ['confirmed'];
      for (let blocks = 0; blocks < 20 && (await app.payment(id)).status !== 'confirmed'; blocks++) {
        await mined();
        await appsAtRest();
      }
      const { view, events } = await together(app, id);
      expect(ends).toContain(view.status);
      const ofPayment = events.filter(({ type }) => /^(payment|refund)\./.test(type));
      expect(differencesOfEvents(ofPayment, view)).toEqual([]);
      for (const { amount_received: received, amount_refund_pending: pending } of view.options)
        expect(BigInt(pending)).toBeLessThanOrEqual(BigInt(received));
    }
    expect(app.log.filter((line) => line.includes('deadlock'))).toEqual([]);
  });

  it('is not paid again by what was given back, when it failed and more is found on a chain that was down', async () => {
    const { id, address } = await priced();
    await beta.mine(8);
    await toGamma.die();
    await alpha.payToken(address, TUSD / 2n);
    await beta.pay(address, NATIVE / 2n);
    await Promise.all([alpha.mine(3), beta.mine(5)]);
    await app.waitForStatus(id, 'confirmed');
    const path = `/api/v1/payments/${id}/refunds`;
    const token_id = tokenId(alpha.config.chainId, alpha.token);
    const quarter = {
      to: '0x00000000219ab540356cbb839cbe05303d7705fa',
      chain: 'alpha',
      token_id,
      amount: String(TUSD / 4n),
    };
    expect(await app.request('POST', path, quarter)).toMatchObject({ status: 201 });
    // With both quarters that go back taken off, three are left of five; with either of them, it would be whole.
    await payCoin(address, (COIN * 3n) / 4n + 1n);
    await gamma.mine();
    await beta.reorg(8);
    await beta.mine();
    await app.waitForStatus(id, 'failed');
    // These chains gain a second on our clock with each block: what came there before came after, by its time.
    await app.database.dataSource.query(
      "UPDATE payments SET failed_at = failed_at + interval '1 hour' WHERE id = $1",
      [id],
    );
    expect(await app.request('POST', path, quarter)).toMatchObject({ status: 201 });
    await toGamma.revive();
    await gamma.mine(7);
    await app.waitForStatus(id, 'partially_paid');
    for (const chain of [alpha, beta, gamma]) {
      await chain.mine(7);
      await app.waitForBlock(await chain.height(), chain.config.chainId);
    }
    expect(await app.payment(id)).toMatchObject({ status: 'partially_paid' });
    expect((await app.eventsOf(id)).filter((type) => type === 'payment.confirmed')).toHaveLength(1);
  });
});

/** What a merchant may do with a payment, all of it at once. */
function atOnce(id: string, round: number): Promise<{ status: number; path: string }>[] {
  const to = '0x00000000219ab540356cbb839cbe05303d7705fa';
  const own = `/api/v1/payments/${id}`;
  const asked: [method: string, path: string, body?: object][] = [
    // Once the money is mined, and while it is being seen.
    ...(round > 0 ? [['POST', `${own}/cancel`] as [string, string]] : []),
    ['PATCH', own, { reference: `round ${round}` }],
    // Each of the two alone is within what came.
    ['POST', `${own}/refunds`, { to, chain: 'alpha', amount: String((TUSD * 3n) / 10n) }],
    ['POST', `${own}/refunds`, { to, chain: 'alpha', amount: String((TUSD * 3n) / 10n) }],
    ['POST', `${own}/refunds`, { to, chain: 'beta', token_id: null, amount: String(NATIVE / 2n) }],
    ['GET', own],
  ];
  return asked.map(async ([method, path, body]) => ({
    status: (await app.request(method, path, body)).status,
    path,
  }));
}

async function sweptAndSettled(id: string): Promise<void> {
  for (const chain of chains)
    await app.get(SweepPlanner).plan(chain, { paymentIds: [id], isForced: true, isDryRun: false });
  await waitFor(
    'the payment settled',
    async () => {
      if ((await app.payment(id)).status === 'settled') return true;
      for (const chain of [alpha, beta, gamma]) await chain.mine();
      return false;
    },
    120_000,
  );
}

async function provenBooks(): Promise<void> {
  for (const [index, chain] of [alpha, beta, gamma].entries()) {
    const config = chains[index] as ChainConfig;
    await app.waitForBlock(await chain.height(), config.chainId);
    expect(await requireBooks(app.database, config)).toMatchObject({ notes: { count: 0 } });
  }
}

/** What the exports say of the payment is what it says itself, line by line and added up. */
async function exported(id: string): Promise<void> {
  const folder = tempFolder();
  const file = join(folder.path, 'chains.yaml');
  writeChainsFile(file, ...chains);
  const settings = { DATABASE_URL: app.database.url, CHAINS_FILE: file };
  const run = async (...words: string[]) => {
    const { code, out, err } = await quittance([...words, '--from', '2020-01-01', '--json'], settings);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out) as unknown[];
  };
  const lines = ((await run('payment', 'export', '--merchant', app.merchantId)) as PaymentLine[]).filter(
    ({ payment_id: of }) => of === id,
  );
  expect(lines.map(({ symbol, amount_received: amount }) => [symbol, amount])).toEqual([
    ['TUSD', '21695680'],
    ['ETH', '4990020000000000'],
    ['COIN', '24951'],
  ]);
  expect(cents(lines.map(({ value_received: value }) => value))).toBe(4_990n);
  expect(lines.every(({ sweep_tx_hash: hash }) => hash !== null)).toBe(true);
  const booked = (await run('ledger', 'export')) as BookedLine[];
  const own = booked.filter(({ payment_id: of }) => of === id);
  const customer = own.filter(({ account }) => account === 'customer');
  // What the reorg took is booked and undone; a cent is lost where a line is rounded by itself.
  expect(cents(customer.map(({ value }) => value))).toBeGreaterThan(-4_991n);
  expect(cents(customer.map(({ value }) => value))).toBeLessThan(-4_987n);
  expect(customer.every(({ price_currency: currency }) => currency === 'EUR')).toBe(true);
  expect(
    own.some(({ kind, symbol, decimals }) => kind === 'sweep' && symbol === 'COIN' && decimals === 8),
  ).toBe(true);
  folder.remove();
}

interface BookedLine {
  payment_id: string | null;
  account: string;
  kind: string;
  symbol: string;
  decimals: number;
  price_currency: string | null;
  value: string | null;
}

function cents(values: (string | null)[]): bigint {
  return values.reduce((sum, value) => sum + BigInt((value as string).replace('.', '')), 0n);
}
