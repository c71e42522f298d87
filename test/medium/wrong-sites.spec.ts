import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadSettings } from '../../src/config/load-settings.js';
import { type JsonSource, type RatesConfig } from '../../src/config/rates.js';
import { type Settings } from '../../src/config/settings.js';
import { databaseClock } from '../../src/database/database-clock.js';
import { type FeedReader } from '../../src/rates/feed-reader.js';
import { isRefusal } from '../../src/rates/judge.js';
import { PriceSites } from '../../src/rates/price-sites.js';
import { RateSources } from '../../src/rates/rate-sources.js';
import { RatesService } from '../../src/rates/rates.service.js';
import { toDecimal } from '../../src/rates/rational.js';
import { type RecordedRates } from '../../src/rates/recorded-rates.js';
import { type Answer, Receiver } from '../harness/receiver.js';

const MAX_AGE_S = 120;
/** For sites, which hang in some tests; a slow machine needs some of it for those that do not. */
const TIMEOUT_MS = 1_000;
const TRUTH = '3500.5';

const says =
  (body: string | Buffer, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(200, headers).end(body);
const honest = says(`{"price":"${TRUTH}"}`);
let first: Receiver;
let second: Receiver;
let sites: PriceSites;
let sources: RateSources;
let service: RatesService;

beforeAll(async () => {
  [first, second] = await Promise.all([Receiver.start(), Receiver.start()]);
  const site = ({ url }: Receiver): JsonSource => ({
    kind: 'json',
    url,
    path: ['price'],
    maxAgeS: MAX_AGE_S,
  });
  const rates: RatesConfig = {
    pairs: [{ base: 'ETH', quote: 'USD', sources: [site(first), site(second)] }],
    pegs: {},
    sequencers: {},
    singleSourceOk: [],
  };
  const settings: Settings = Object.assign(loadSettings({ NODE_ENV: 'test' }), { rateRefreshMs: TIMEOUT_MS });
  sites = new PriceSites(settings);
  sources = new RateSources(rates, {} as FeedReader, sites);
  service = new RatesService(rates, settings, [], sources, {} as RecordedRates);
});
afterAll(async () => {
  sites?.onApplicationShutdown();
  await Promise.all([first?.stop(), second?.stop()]);
});

/** What the pair is worth after both sites were read once, in so many seconds; or why nobody can say. */
async function worth(left: Answer, right: Answer, inSeconds = 0): Promise<string> {
  first.answer = left;
  second.answer = right;
  await sources.refresh();
  const rate = service.rate('ETH', 'USD', new Date(databaseClock.nowMs() + inSeconds * 1_000));
  return isRefusal(rate) ? `${rate.code}: ${rate.reason}` : toDecimal(rate.value);
}

describe('a price of two sites', () => {
  const cases: [what: string, answer: Answer, why: RegExp][] = [
    ['an error with status 200', says('{"error":"rate limited"}'), /one_source.* has nothing at price/],
    ['HTML', says('<html><body>price: 3500</body></html>'), /one_source.* is no JSON/],
    ['nothing', says(''), /one_source.* is no JSON/],
    ['half of a document', says('{"price":"35'), /one_source.* is no JSON/],
    [
      'an exponent in a string',
      says('{"price":"35e2"}'),
      /one_source.* has 35e2 at price, which is no number/,
    ],
    ['a comma', says('{"price":"3500,5"}'), /one_source.* which is no number/],
    ['spaces', says('{"price":" 3500.5 "}'), /one_source.* which is no number/],
    ['NaN', says('{"price":NaN}'), /one_source.* is no JSON/],
    ['"NaN"', says('{"price":"NaN"}'), /one_source.* which is no number/],
    ['null', says('{"price":null}'), /one_source.* has null at price/],
    ['a negative price', says('{"price":"-3500.5"}'), /one_source.*not above zero/],
    ['zero', says('{"price":0}'), /one_source.*not above zero/],
    ['1,000 times as much', says('{"price":"3500500"}'), /sources_differ: .*says 3500500/],
    ['a 1,000th', says('{"price":"3.5005"}'), /sources_differ: .*says 3.5005/],
    ['the price of another currency', says('{"price":"3017.1"}'), /sources_differ/],
    ['text that breaks lines', says('{"price":"\\u0000\\n\\u202e"}'), /one_source.* which is no number/],
    [
      'a compressed bomb',
      says(gzipSync(Buffer.alloc(16 * 1024 * 1024)), { 'content-encoding': 'gzip' }),
      /one_source.* is no JSON/,
    ],
    [
      'megabytes',
      says(`{"price":"${TRUTH}","x":"${'x'.repeat(4 * 1024 * 1024)}"}`),
      /one_source.* is no JSON/,
    ],
    [
      'another place to look',
      (response) => response.writeHead(302, { location: second.url }).end(),
      /one_source.* answered 302, and redirects are not followed/,
    ],
    ['404', (response) => response.writeHead(404).end(`{"price":"${TRUTH}"}`), /one_source.* answered 404/],
  ];

  it.each(cases)(
    'is none while one of them answers %s, and is one again with the next refresh',
    async (_what, answer, why) => {
      for (const [left, right] of [
        [answer, honest],
        [honest, answer],
      ] as const) {
        expect(await worth(honest, honest)).toBe(TRUTH);
        expect(await worth(left, right)).toMatch(why);
      }
      expect(await worth(honest, honest)).toBe(TRUTH);
    },
  );

  it.each<[string, Answer, RegExp]>([
    ['hangs', () => undefined, /timed out/],
    ['hangs in the middle', (response) => void response.writeHead(200).write('{"price":'), /timed out/],
    ['closes the connection', (response) => response.socket?.destroy(), /did not answer/],
    ['is busy', (response) => response.writeHead(503).end(), /answered 503/],
    ['asks for fewer requests', (response) => response.writeHead(429).end(), /answered 429/],
  ])('is what it was while one of them %s, until that is too old', async (_what, answer, why) => {
    expect(await worth(honest, honest)).toBe(TRUTH);
    expect(await worth(honest, answer)).toBe(TRUTH);
    const later = await worth(honest, answer, MAX_AGE_S + 1);
    expect(later).toMatch(/^(stale|no_source): .* at the last attempt/);
    expect(later).toMatch(why);
    expect(await worth(honest, honest)).toBe(TRUTH);
  });
});
