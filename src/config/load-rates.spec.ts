import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseRates } from './load-rates.js';

const CHAINS = [
  { name: 'ethereum', chainId: 1 },
  { name: 'base', chainId: 8_453 },
];
const FEED = '0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419';
const UPTIME = '0xBCF85224fc0756B9Fa45aA7892530B47e10b6433';

const read = (content: string) => parseRates(content, 'rates.yaml', CHAINS);
const problems = (content: string) => read(content).problems.map(({ name, what }) => `${name} ${what}`);

describe('parseRates', () => {
  it('reads every kind of source', () => {
    const { rates, problems: none } = read(`
pairs:
  ETH/USD:
    - feed: { chain: ethereum, address: '${FEED}', heartbeat_s: 3600 }
    - feed: { chain: base, address: '${FEED}', heartbeat_s: 1200, decimals: 18, description: ETH-USD }
    - ticker: kraken
    - { ticker: coinbase, symbol: ETH-USD, max_age_s: 60 }
    - json: { url: 'https://prices.example/eth?key=secret', path: data.0.price }
  EUR/USD: [{ ecb: true }, { json: { url: 'https://prices.example/', path: [rates, 'a.b'] } }]
  USDC/USD: [{ fixed: 1.00 }]
pegs: { USDC: USD }
sequencers: { base: { chain: base, address: '${UPTIME}' } }
single_source_ok: [EUR/USD]
`);
    expect(none).toEqual([]);
    const address = FEED.toLowerCase();
    expect(rates).toEqual({
      pairs: [
        {
          base: 'ETH',
          quote: 'USD',
          sources: [
            {
              kind: 'feed',
              chain: 'ethereum',
              address,
              heartbeatS: 3600,
              decimals: 8,
              description: 'ETH / USD',
            },
            { kind: 'feed', chain: 'base', address, heartbeatS: 1200, decimals: 18, description: 'ETH-USD' },
            { kind: 'ticker', exchange: 'kraken', symbol: null, maxAgeS: 120 },
            { kind: 'ticker', exchange: 'coinbase', symbol: 'ETH-USD', maxAgeS: 60 },
            {
              kind: 'json',
              url: 'https://prices.example/eth?key=secret',
              path: ['data', 0, 'price'],
              maxAgeS: 120,
            },
          ],
        },
        {
          base: 'EUR',
          quote: 'USD',
          sources: [
            { kind: 'ecb' },
            { kind: 'json', url: 'https://prices.example/', path: ['rates', 'a.b'], maxAgeS: 120 },
          ],
        },
        { base: 'USDC', quote: 'USD', sources: [{ kind: 'fixed', value: '1.00' }] },
      ],
      pegs: { USDC: 'USD' },
      sequencers: { base: { chain: 'base', address: UPTIME.toLowerCase() } },
      singleSourceOk: ['EUR/USD'],
    });
  });

  it('takes the example of docs/prices.md, with what is commented out as well', () => {
    const prices = readFileSync(join(import.meta.dirname, '../../docs/prices.md'), 'utf8');
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(prices) ?? [];
    expect(example).toContain('single_source_ok');
    expect(problems(example)).toEqual([]);
    const [, forTwo = ''] = /```yaml\n(pairs:(?:(?!```).)*arbitrum:.*?)```/s.exec(prices) ?? [];
    const layers = [
      { name: 'base', chainId: 8_453 },
      { name: 'arbitrum', chainId: 42_161 },
    ];
    expect(parseRates(forTwo, 'rates.yaml', layers)).toMatchObject({
      problems: [],
      rates: { pegs: { USDC: 'USD' } },
    });
    const all = example
      .replace(/^# (sequencers.*)$/m, '$1')
      .replace(/^# .*GBP.*$/m, 'single_source_ok: [EUR/USD]');
    expect(read(all)).toMatchObject({ problems: [], rates: { singleSourceOk: ['EUR/USD'] } });
  });

  it('lists every problem at once, each with its line and what was meant', () => {
    const found = problems(`
pairs:
  ETH/USD:
    - feed: { chain: etherium, address: '0x12', heartbeat_s: 0 }
    - ticker: krakken
    - tickr: kraken
  ETHUSD: [{ ticker: kraken }]
  USD/ETH: [{ fixed: "-1" }]
  BTC/USD: []
  DAI/USD: [{ ecb: true }, { ticker: kraken, ecb: true }, { json: { url: ftp://x, path: '' } }]
pegs: { USDT: USD }
single_source_ok: [ETH/USB]
peggs: {}
`);
    expect(found).toEqual([
      'rates.yaml line 13, peggs is not known; did you mean "pegs"?',
      'rates.yaml line 4, pairs.ETH/USD.0.feed.chain is no chain of chains.yaml; did you mean "ethereum"?',
      'rates.yaml line 4, pairs.ETH/USD.0.feed.address is no address, or its EIP-55 checksum is wrong; copy it again, in quotes',
      'rates.yaml line 4, pairs.ETH/USD.0.feed.heartbeat_s must be a whole number from 1 to 604800',
      'rates.yaml line 5, pairs.ETH/USD.1.ticker is not known; did you mean "kraken"?',
      'rates.yaml line 6, pairs.ETH/USD.2 has an unknown key "tickr"; did you mean "ticker"?',
      'rates.yaml line 7, pairs.ETHUSD must be two symbols with a slash between them, such as ETH/USD',
      'rates.yaml line 8, pairs.USD/ETH.0.fixed must be a decimal above zero, in quotes: "3500.00"',
      'rates.yaml line 9, pairs.BTC/USD must list at least one source, as in: [{ ticker: kraken }]',
      'rates.yaml line 10, pairs.DAI/USD.1 must be one of { feed: … }, { ticker: … }, { ecb: … }, { json: … }, { fixed: … }',
      'rates.yaml line 10, pairs.DAI/USD.2.json.url must be a URL that starts with http:// or https://',
      'rates.yaml line 10, pairs.DAI/USD.2.json.path must lead to the price, as in: data.amount, or [result, XETHZUSD, c, 0]',
      'rates.yaml line 4, pairs.ETH/USD stands beside USD/ETH, the same pair turned; keep one',
      'rates.yaml line 11, pegs.USDT needs a pair USDT/USD that tells whether it keeps to it; add one',
      'rates.yaml line 12, single_source_ok.0 is none of the pairs; did you mean "ETH/USD"?',
    ]);
  });

  it('takes no feed of a layer 2 without its sequencer’s', () => {
    const content = `pairs: { ETH/USD: [{ feed: { chain: base, address: '${FEED}', heartbeat_s: 1200 } }] }`;
    expect(problems(content)).toEqual([
      expect.stringContaining('sequencers must name the uptime feed of Base’s sequencer'),
    ]);
  });

  it('takes no source twice: it would agree with itself', () => {
    expect(problems('pairs: { ETH/USD: [{ ticker: kraken }, { ticker: kraken, max_age_s: 60 }] }')).toEqual([
      'rates.yaml line 1, pairs.ETH/USD.1 is listed twice; remove one',
    ]);
  });

  it.each(['', '[]', 'pairs: {}', 'pairs: [', 'pairs: 5', 'just text'])('refuses %j', (content) => {
    expect(problems(content).length).toBeGreaterThan(0);
  });
});
