import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AbiCoder, Interface, toBeHex } from 'ethers';
import artifact from '../../src/chain/dev-chain/price-feed.json' with { type: 'json' };
import {
  type JsonSource,
  type PairConfig,
  type RatesConfig,
  type SourceConfig,
} from '../../src/config/rates.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { RATES, SETTINGS } from '../../src/config/configuration.module.js';
import { type Settings } from '../../src/config/settings.js';
import { type Address, toAddress } from '../../src/ids/ids.js';
import { type RatePage } from '../../src/rates/dto/rates.view.js';
import { PriceSites } from '../../src/rates/price-sites.js';
import { RateHistory } from '../../src/rates/rate-history.js';
import { RatesService } from '../../src/rates/rates.service.js';
import { toDecimal } from '../../src/rates/rational.js';
import { TestApp } from '../harness/app.js';
import { Receiver } from '../harness/receiver.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const feedAbi = new Interface([
  'function set(int256)',
  'function setRound(int256, uint80, uint256, uint256)',
  'function setDecimals(uint8)',
]);
const REFRESH_MS = 150;

let chain: TestChain;
let site: Receiver;
let app: TestApp;
/** By what they call themselves. */
const feeds = new Map<string, Address>();
let siteAnswers: { status: number; body: string; headers?: Record<string, string> } = {
  status: 200,
  body: '',
};

async function deployFeed(description: string, answer: bigint): Promise<Address> {
  const values = AbiCoder.defaultAbiCoder().encode(['string', 'uint8', 'int256'], [description, 8, answer]);
  const address = toAddress(await chain.deploy(artifact.bytecode + values.slice(2)));
  feeds.set(description, address);
  return address;
}

/** Calls a feed's function, and mines it. */
async function tell(description: string, name: string, ...values: unknown[]): Promise<void> {
  const data = feedAbi.encodeFunctionData(name, values);
  await chain.rpc('eth_sendTransaction', [{ from: chain.payer, to: feeds.get(description), data }]);
  await chain.mine();
}

const feed = (address: Address, description: string): SourceConfig => ({
  kind: 'feed',
  chain: 'testchain',
  address,
  heartbeatS: 600,
  decimals: 8,
  description,
});

const rateOf = async (pair: string) => {
  const { body } = await app.request<RatePage>('GET', '/api/v1/rates');
  return body.data.find((one) => one.pair === pair);
};
const waitForCode = (pair: string, code: string | null) =>
  waitFor(`${pair} to be ${code ?? 'priced'}`, async () => (await rateOf(pair))?.code === code);

beforeAll(async () => {
  chain = await TestChain.start();
  site = await Receiver.start();
  site.answer = (response) =>
    response.writeHead(siteAnswers.status, siteAnswers.headers).end(siteAnswers.body);
  siteAnswers = { status: 200, body: '{"price":"1.16"}' };
  const json: JsonSource = { kind: 'json', url: site.url, path: ['price'], maxAgeS: 120 };
  const eth = await deployFeed('ETH / USD', 3_480_00000000n);
  const eur = await deployFeed('EUR / USD', 1_16000000n);
  const usdc = await deployFeed('TUSD / USD', 1_00000000n);
  const sequencer = await deployFeed('uptime', 0n);
  const pairs: PairConfig[] = [
    { base: 'ETH', quote: 'USD', sources: [feed(eth, 'ETH / USD')] },
    { base: 'EUR', quote: 'USD', sources: [feed(eur, 'EUR / USD'), json] },
    { base: 'TUSD', quote: 'USD', sources: [feed(usdc, 'TUSD / USD')] },
    { base: 'GBP', quote: 'USD', sources: [json] },
  ];
  const rates: RatesConfig = {
    pairs,
    pegs: { TUSD: 'USD' },
    sequencers: { testchain: { chain: 'testchain', address: sequencer } },
    singleSourceOk: [],
  };
  const hourAgo = Math.floor(Date.now() / 1_000) - 2 * 3_600;
  await tell('uptime', 'setRound', 0, 1, hourAgo, hourAgo);
  app = await TestApp.start({ chains: [chain.config], rates, settings: { rateRefreshMs: REFRESH_MS } });
  await chain.mine();
});
afterAll(async () => {
  await app?.stop();
  await site?.stop();
  await chain?.stop();
});

describe('rates', () => {
  it('come from feeds on the chain, with round and block, and are told of by API, health and metrics', async () => {
    await waitForCode('ETH/USD', null);
    expect(await rateOf('ETH/USD')).toMatchObject({
      base: 'ETH',
      quote: 'USD',
      status: 'priced',
      value: '3480',
      sources: [
        {
          source: `feed ${feeds.get('ETH / USD')} on testchain`,
          status: 'priced',
          value: '3480',
          round: '1',
          block: expect.any(Number),
          age_seconds: expect.any(Number),
        },
      ],
    });
    // A site that was too slow once, on a busy machine, is asked again.
    await waitForCode('GBP/USD', 'one_source');
    const { body } = await app.request('GET', '/health');
    expect(body).toMatchObject({ status: 'ok', parts: { rates: 'unavailable' } });
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    expect(metrics).toContain('quittance_rate_is_priced{pair="ETH/USD",code=""} 1');
    expect(metrics).toContain('quittance_rate_is_priced{pair="GBP/USD",code="one_source"} 0');
    expect(metrics).toMatch(/quittance_rate_source_age_seconds\{pair="EUR\/USD",source="127\.0\.0\.1:\d+"\}/);
  });

  it.each([
    ['is zero', ['set', 0n], 'not_positive'],
    ['is negative', ['set', -3_480_00000000n], 'not_positive'],
    ['has an incomplete round', ['setRound', 3_480_00000000n, 0, 0, 0], 'incomplete_round'],
    ['was updated long ago', ['setRound', 3_480_00000000n, 100, 1_600_000_000, 1_600_000_000], 'stale'],
    ['is of tomorrow', ['setRound', 3_480_00000000n, 100, 4_000_000_000, 4_000_000_000], 'ahead_of_time'],
    ['has other decimals', ['setDecimals', 18], 'wrong_feed'],
  ] as const)(
    'of a feed that %s are refused, and there again with the next refresh',
    async (_what, [name, ...values], code) => {
      await tell('ETH / USD', name, ...values);
      await waitForCode('ETH/USD', code);
      expect(await rateOf('ETH/USD')).toMatchObject({
        status: 'refused',
        value: null,
        reason: expect.stringContaining(' '),
      });
      await tell('ETH / USD', 'setDecimals', 8);
      await tell('ETH / USD', 'set', 3_480_00000000n);
      await waitForCode('ETH/USD', null);
    },
  );

  it('of a feed whose contract became another one are refused, and there again when it is itself', async () => {
    const address = feeds.get('ETH / USD') as Address;
    const slots = Array.from({ length: 8 }, (_one, slot) => toBeHex(slot, 32));
    const stored = (of: string) =>
      Promise.all(slots.map((slot) => chain.rpc<string>('eth_getStorageAt', [of, slot, 'latest'])));
    const become = async (values: readonly string[]) => {
      for (const [index, value] of values.entries())
        await chain.rpc('anvil_setStorageAt', [address, slots[index], value]);
      await chain.mine();
    };
    const itself = await stored(address);
    await become(await stored(await deployFeed('BTC / USD', 97_000_00000000n)));
    await waitForCode('ETH/USD', 'wrong_feed');
    expect(await rateOf('ETH/USD')).toMatchObject({
      value: null,
      reason: expect.stringContaining('calls itself "BTC / USD", not "ETH / USD"'),
    });
    await become(itself);
    await tell('ETH / USD', 'set', 3_480_00000000n);
    await waitForCode('ETH/USD', null);

    const code = await chain.rpc('eth_getCode', [address, 'latest']);
    await chain.rpc('anvil_setCode', [address, '0x']);
    await chain.mine();
    await waitForCode('ETH/USD', 'unreadable');
    await chain.rpc('anvil_setCode', [address, code]);
    await chain.mine();
    await waitForCode('ETH/USD', null);
  });

  it('are refused while the sequencer is down, and for an hour after', async () => {
    const now = Math.floor(Date.now() / 1_000);
    await tell('uptime', 'setRound', 1, 1, now, now);
    await waitForCode('ETH/USD', 'sequencer_down');
    await tell('uptime', 'setRound', 0, 1, now, now);
    await waitForCode('ETH/USD', 'sequencer_recovering');
    await tell('uptime', 'setRound', 0, 1, now - 7_200, now);
    await waitForCode('ETH/USD', null);
  });

  it.each<[string, typeof siteAnswers, string]>([
    ['is an error', { status: 200, body: '{"error":"no such pair"}' }, 'unreadable'],
    ['is HTML', { status: 200, body: '<html>busy</html>' }, 'unreadable'],
    ['has words for a number', { status: 200, body: '{"price":"n/a"}' }, 'unreadable'],
    ['is of no length', { status: 200, body: '' }, 'unreadable'],
    ['is below zero', { status: 200, body: '{"price":-1.16}' }, 'not_positive'],
    [
      'redirects inward',
      { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } },
      'unreadable',
    ],
  ])('do not listen to a site whose answer %s', async (_what, answer, code) => {
    siteAnswers = answer;
    const site = async () => (await rateOf('EUR/USD'))?.sources[1];
    await waitFor(`the site to be ${code}`, async () => (await site())?.code === code);
    // The feed is there still, and enough.
    expect(await rateOf('EUR/USD')).toMatchObject({ status: 'priced', value: '1.16' });
    siteAnswers = { status: 200, body: '{"price":1.16}' };
    await waitFor('the site to be believed', async () => (await site())?.status === 'priced');
  });

  it('are refused where a site is 1000 times off, and kept for a while where it hangs', async () => {
    siteAnswers = { status: 200, body: '{"price":"1160"}' };
    await waitForCode('EUR/USD', 'sources_differ');
    siteAnswers = { status: 200, body: '{"price":"1.16"}' };
    await waitForCode('EUR/USD', null);
    const answer = site.answer;
    site.answer = () => undefined;
    const asked = site.received.length;
    await waitFor('three attempts', () => site.received.length > asked + 3);
    expect((await rateOf('EUR/USD'))?.sources[1]).toMatchObject({ status: 'priced' });
    site.answer = answer;
  });

  it('of a stablecoin off its peg are refused, also across pairs', async () => {
    const service = app.get(RatesService);
    await tell('TUSD / USD', 'set', 93_000_000n);
    await waitFor('the peg to be missed', () => 'code' in service.rate('TUSD', 'EUR'));
    expect(service.rate('TUSD', 'EUR')).toMatchObject({
      code: 'off_peg',
      reason: 'TUSD is worth 0.93 USD, off its peg by more than 200 of 10000 (PEG_MAX_DEVIATION_BPS)',
    });
    await tell('TUSD / USD', 'set', 1_00000000n);
    await waitFor('the peg to be kept', () => !('code' in service.rate('TUSD', 'EUR')));
  });

  it('are recorded by the minute, and can be asked for as they were', async () => {
    const [service, history] = [app.get(RatesService), app.get(RateHistory)];
    // Ahead of what the app itself records while this runs.
    const minute = (number: number) => new Date(Date.UTC(2100, 0, 1, 12, number));
    const worth = async (at: Date) => {
      const rate = await service.rateAt('ETH', 'EUR', at);
      return 'code' in rate ? rate.code : toDecimal(rate.value);
    };
    await waitForCode('ETH/USD', null);
    await history.record(service.report(), minute(0));
    await tell('ETH / USD', 'set', 2_320_00000000n);
    await waitFor('the new price', async () => (await rateOf('ETH/USD'))?.value === '2320');
    await history.record(service.report(), minute(5));
    await tell('ETH / USD', 'set', 0n);
    await waitForCode('ETH/USD', 'not_positive');
    const restarted = new RateHistory(
      app.database.dataSource,
      app.get<Settings>(SETTINGS),
      app.get<RatesConfig>(RATES),
    );
    await restarted.record(service.report(), minute(5));
    await restarted.record(service.report(), minute(6));
    await history.record(service.report(), minute(7));
    await tell('ETH / USD', 'set', 3_480_00000000n);
    expect(await worth(new Date(minute(0).getTime() - 1))).toBe('no_source');
    expect(await worth(minute(0))).toBe('3000');
    expect(await worth(minute(4))).toBe('3000');
    expect(await worth(minute(5))).toBe('2000');
    expect(await worth(minute(6))).toBe('not_positive');
    expect(await worth(minute(8))).toBe('not_positive');
    expect(await worth(minute(60))).toBe('no_source');
    const [row] = await app.database.dataSource.query<{ sources: object[] }[]>(
      `SELECT sources FROM recorded_rates WHERE pair = 'ETH/USD' AND at = $1`,
      [minute(0)],
    );
    expect(row?.sources).toEqual([
      {
        source: `feed ${feeds.get('ETH / USD')} on testchain`,
        value: '3480',
        at: expect.any(String),
        round: expect.any(String),
        block: { chain: 'testchain', number: expect.any(Number), hash: expect.stringMatching(/^0x/) },
      },
    ]);
    await history.prune(new Date(Date.UTC(2101, 0, 1)));
    await expect(app.database.dataSource.query('SELECT FROM recorded_rates')).resolves.toEqual([]);
  });

  it('are read nowhere inside of the own network, unless that is allowed', async () => {
    const settings = Object.assign(loadSettings({ NODE_ENV: 'test' }), {
      webhookAllowPrivateNetworks: false,
    });
    const sites = new PriceSites(settings);
    const source: JsonSource = { kind: 'json', url: site.url, path: ['price'], maxAgeS: 120 };
    const [answer] = await sites.read([{ pair: { base: 'EUR', quote: 'USD', sources: [] }, source }]);
    expect(answer).toMatchObject({
      code: 'unreachable',
      reason: expect.stringMatching(/127\.0\.0\.1, which is no public address; rates do not go there$/),
    });
    sites.onApplicationShutdown();
  });
});
