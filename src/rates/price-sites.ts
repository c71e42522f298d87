import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SETTINGS } from '../config/configuration.module.js';
import {
  type EcbSource,
  type JsonSource,
  type PairConfig,
  type SourceConfig,
  type TickerSource,
} from '../config/rates.js';
import { type Settings } from '../config/settings.js';
import { VERSION } from '../config/version.js';
import { storable } from '../database/storable.js';
import { type OutboundAnswer, OutboundHttp } from '../outbound-http/outbound-http.js';
import { sourceName } from './judge.js';
import { type PublishedObservation } from './observation.js';
import { type Published, readCoinbase, readEcb, readJson, readKraken } from './published.js';
import { refusal, type Refusal } from './refusal.js';
import { steadyMs } from '../process/steady-time.js';
import { databaseClock } from '../database/database-clock.js';

export type PublishedSource = TickerSource | EcbSource | JsonSource;

/** One source of a pair that is read by HTTP. */
export interface AskedSite {
  pair: PairConfig;
  source: PublishedSource;
}

const TIMEOUT_MS = 10_000;
/** The ECB's list has 2 KB; a ticker of all pairs, which nobody needs, some 100. */
const KEPT_BYTES = 64 * 1024;
const KRAKEN = 'https://api.kraken.com/0/public/Ticker?pair=';
const COINBASE = 'https://api.coinbase.com/v2/prices/';
const ECB = 'https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml';
/** What Kraken has names of its own for. */
const KRAKEN_NAMES: Readonly<Record<string, string>> = { BTC: 'XBT', DOGE: 'XDG' };
/** Once a working day there is a new list. */
const ECB_EVERY_MS = 60 * 60_000;
/** Every list has this rate. */
const EUROS = { base: 'EUR', quote: 'USD' };

export function isPublished(source: SourceConfig): source is PublishedSource {
  return source.kind === 'ticker' || source.kind === 'ecb' || source.kind === 'json';
}

/** Prices that are published by HTTP. Whatever comes back, a source gets its own answer, and ends no other's. */
@Injectable()
export class PriceSites implements OnApplicationShutdown {
  private readonly http: OutboundHttp;
  private ecb: { body: string; atMs: number } | null = null;

  constructor(@Inject(SETTINGS) settings: Settings) {
    // What takes longer than the time between two attempts comes too late.
    const timeoutMs = Math.min(TIMEOUT_MS, settings.rateRefreshMs);
    this.http = new OutboundHttp(settings, { who: 'rates', timeoutMs, keptBytes: KEPT_BYTES });
  }

  onApplicationShutdown(): void {
    this.http.close();
  }

  /** @returns what each site says, in their order, or why there is nothing to be had of it */
  read(asked: readonly AskedSite[]): Promise<(PublishedObservation | Refusal)[]> {
    const bodies = new Map<string, Promise<string | Refusal>>();
    return Promise.all(
      asked.map(async (one) => {
        const url = urlOf(one);
        const body = bodies.get(url) ?? this.bodyOf(one.source, url);
        bodies.set(url, body);
        return observe(one, await body, databaseClock.now());
      }),
    );
  }

  private async bodyOf(source: PublishedSource, url: string): Promise<string | Refusal> {
    if (source.kind === 'ecb' && this.ecb !== null && steadyMs() - this.ecb.atMs < ECB_EVERY_MS)
      return this.ecb.body;
    const headers = { accept: '*/*', 'user-agent': `Quittance/${VERSION}` };
    const body = bodyIn(sourceName(source), await this.http.request({ method: 'GET', url, headers }));
    if (source.kind === 'ecb' && typeof body === 'string' && !('wrong' in readEcb(body, EUROS)))
      this.ecb = { body, atMs: steadyMs() };
    return body;
  }
}

export function urlOf({ pair, source }: AskedSite): string {
  if (source.kind === 'ecb') return ECB;
  if (source.kind === 'json') return source.url;
  const prefix = source.exchange === 'coinbase' ? COINBASE : KRAKEN;
  const suffix = source.exchange === 'coinbase' ? '/spot' : '';
  return prefix + encodeURIComponent(tickerName(pair, source)) + suffix;
}

/** What a pair is called by an exchange. */
function tickerName({ base, quote }: PairConfig, { exchange, symbol }: TickerSource): string {
  if (symbol !== null) return symbol;
  if (exchange === 'coinbase') return `${base}-${quote}`;
  const krakens = (one: string) => (Object.hasOwn(KRAKEN_NAMES, one) ? KRAKEN_NAMES[one] : one);
  return `${krakens(base)}${krakens(quote)}`;
}

/** Only 200 has a price in it; what is elsewhere is not looked for. */
function bodyIn(name: string, answer: OutboundAnswer): string | Refusal {
  if (answer.kind === 'failed') return refusal('unreachable', `${name} did not answer: ${answer.error}`);
  const { status, response } = answer;
  if (status === 200) return response;
  const isPassing = status === 429 || status >= 500;
  return refusal(
    isPassing ? 'unreachable' : 'unreadable',
    `${name} answered ${status}${status >= 300 && status < 400 ? ', and redirects are not followed' : ''}`,
  );
}

function observe(
  { pair, source }: AskedSite,
  body: string | Refusal,
  now: Date,
): PublishedObservation | Refusal {
  if (typeof body !== 'string') return body;
  const published = readBody(pair, source, body);
  if ('wrong' in published)
    return refusal('unreadable', storable(`what ${sourceName(source)} answered ${published.wrong}`));
  return { kind: 'published', value: published.value, at: published.at ?? now };
}

function readBody(pair: PairConfig, source: PublishedSource, body: string): Published {
  if (source.kind === 'ecb') return readEcb(body, pair);
  if (source.kind === 'json') return readJson(body, source.path);
  const asked = tickerName(pair, source);
  return source.exchange === 'kraken' ? readKraken(body, asked) : readCoinbase(body, asked);
}
