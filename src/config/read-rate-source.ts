import {
  address,
  integer,
  isRecord,
  knownKeys,
  type ChainsFileEntry,
  type Path,
} from './chains-file-entry.js';
import { urlWith } from './parsers.js';
import { EXCHANGES, type JsonSource, type PairConfig, type SourceConfig } from './rates.js';
import { nearest } from './nearest.js';

type Pair = Pick<PairConfig, 'base' | 'quote'>;
type Reader = (
  entry: ChainsFileEntry,
  path: Path,
  pair: Pair,
  given: Record<string, unknown>,
  chains: readonly string[],
) => SourceConfig[];

const READERS: Record<SourceConfig['kind'], Reader> = { feed, ticker, ecb, json, fixed };
/** What is written beside the key that names the kind. */
const BESIDE: Record<SourceConfig['kind'], string[]> = {
  feed: [],
  ticker: ['symbol', 'max_age_s'],
  ecb: [],
  json: [],
  fixed: [],
};
const KINDS = Object.keys(READERS) as SourceConfig['kind'][];
const DECIMAL = /^\d{1,20}(\.\d{1,30})?$/;
const MAX_AGE = { min: 10, max: 7 * 86_400 };
/** Of a ticker that stopped answering: for so long a market rarely moves by more than sources may differ. */
const USUAL_MAX_AGE_S = 120;
/** That of Chainlink's feeds in a currency. */
const USUAL_FEED_DECIMALS = 8;

/** @returns the source; none where it was complained about */
export function readSource(
  entry: ChainsFileEntry,
  path: Path,
  pair: Pair,
  given: unknown,
  chains: readonly string[],
): SourceConfig[] {
  const kinds = isRecord(given) ? KINDS.filter((kind) => given[kind] !== undefined) : [];
  const [kind] = kinds;
  if (!isRecord(given) || kind === undefined || kinds.length > 1) {
    const [key = ''] = isRecord(given) ? Object.keys(given) : [];
    const meant = kinds.length === 0 && key !== '' ? nearest(key, KINDS) : undefined;
    entry.complain(
      path,
      meant === undefined
        ? `must be one of { ${KINDS.join(': … }, { ')}: … }`
        : `has an unknown key "${key}"; did you mean "${meant}"?`,
    );
    return [];
  }
  knownKeys(entry, path, given, [kind, ...BESIDE[kind]]);
  return READERS[kind](entry, path, pair, given, chains);
}

function feed(
  entry: ChainsFileEntry,
  path: Path,
  { base, quote }: Pair,
  given: Record<string, unknown>,
  chains: readonly string[],
): SourceConfig[] {
  const value = given.feed;
  const at = [...path, 'feed'];
  if (!isRecord(value)) {
    entry.complain(at, 'must be { chain, address, heartbeat_s }');
    return [];
  }
  knownKeys(entry, at, value, ['chain', 'address', 'heartbeat_s', 'decimals', 'description']);
  const { decimals = USUAL_FEED_DECIMALS, description = `${base} / ${quote}` } = value;
  if (typeof description !== 'string')
    entry.complain([...at, 'description'], 'must be as the contract has it, such as "ETH / USD"');
  return [
    {
      kind: 'feed',
      chain: chainOf(entry, [...at, 'chain'], value.chain, chains),
      address: address(entry, [...at, 'address'], value.address),
      heartbeatS: integer(entry, [...at, 'heartbeat_s'], value.heartbeat_s, { min: 1, max: 7 * 86_400 }),
      decimals: integer(entry, [...at, 'decimals'], decimals, { min: 0, max: 36 }),
      description: String(description),
    },
  ];
}

/** @returns the name; an empty one was complained about */
export function chainOf(
  entry: ChainsFileEntry,
  path: Path,
  given: unknown,
  chains: readonly string[],
): string {
  const name = typeof given === 'string' ? given : '';
  if (chains.includes(name)) return name;
  const meant = nearest(name, chains);
  const others = chains.length === 0 ? 'there is none' : `choose from ${chains.join(', ')}`;
  entry.complain(
    path,
    `is no chain of chains.yaml; ${meant === undefined ? others : `did you mean "${meant}"?`}`,
  );
  return '';
}

function ticker(
  entry: ChainsFileEntry,
  path: Path,
  _pair: Pair,
  given: Record<string, unknown>,
): SourceConfig[] {
  const exchange = EXCHANGES.find((one) => one === given.ticker);
  if (exchange === undefined) {
    const meant = nearest(String(given.ticker), EXCHANGES);
    entry.complain(
      [...path, 'ticker'],
      `is not known; ${meant === undefined ? `choose from ${EXCHANGES.join(', ')}` : `did you mean "${meant}"?`}`,
    );
    return [];
  }
  const { symbol = null, max_age_s: maxAge = USUAL_MAX_AGE_S } = given;
  if (symbol !== null && (typeof symbol !== 'string' || !/^[\w.-]{1,32}$/.test(symbol)))
    entry.complain([...path, 'symbol'], 'must be what the exchange calls the pair, such as XBTUSD');
  return [
    {
      kind: 'ticker',
      exchange,
      symbol: typeof symbol === 'string' ? symbol : null,
      maxAgeS: integer(entry, [...path, 'max_age_s'], maxAge, MAX_AGE),
    },
  ];
}

function ecb(
  entry: ChainsFileEntry,
  path: Path,
  { base, quote }: Pair,
  given: Record<string, unknown>,
): SourceConfig[] {
  if (given.ecb !== true) {
    entry.complain([...path, 'ecb'], 'must be true, or be left out');
    return [];
  }
  if (![base, quote].every((symbol) => /^[A-Z]{3}$/.test(symbol))) {
    entry.complain([...path, 'ecb'], 'has rates between currencies only, such as EUR/USD');
    return [];
  }
  return [{ kind: 'ecb' }];
}

function json(
  entry: ChainsFileEntry,
  path: Path,
  _pair: Pair,
  given: Record<string, unknown>,
): SourceConfig[] {
  const value = given.json;
  const at = [...path, 'json'];
  if (!isRecord(value)) {
    entry.complain(at, 'must be { url, path }');
    return [];
  }
  knownKeys(entry, at, value, ['url', 'path', 'max_age_s']);
  const { max_age_s: maxAge = USUAL_MAX_AGE_S } = value;
  const url = urlOf(entry, [...at, 'url'], value.url);
  const steps = pathOf(entry, [...at, 'path'], value.path);
  if (url === null || steps === null) return [];
  return [{ kind: 'json', url, path: steps, maxAgeS: integer(entry, [...at, 'max_age_s'], maxAge, MAX_AGE) }];
}

function urlOf(entry: ChainsFileEntry, path: Path, given: unknown): string | null {
  try {
    return urlWith('http', 'https')(typeof given === 'string' ? given : '');
  } catch (error) {
    entry.complain(path, (error as Error).message);
    return null;
  }
}

/** As "data.0.price", or a list where a name has a dot in it. */
function pathOf(entry: ChainsFileEntry, path: Path, given: unknown): JsonSource['path'] | null {
  const steps: unknown[] | null =
    typeof given === 'string' && given !== '' ? given.split('.') : Array.isArray(given) ? given : null;
  if (
    steps !== null &&
    steps.length > 0 &&
    steps.every((step) => typeof step === 'number' || (typeof step === 'string' && step !== ''))
  )
    return steps.map((step) =>
      typeof step === 'string' && /^\d{1,6}$/.test(step) ? Number(step) : step,
    ) as JsonSource['path'];
  entry.complain(path, 'must lead to the price, as in: data.amount, or [result, XETHZUSD, c, 0]');
  return null;
}

function fixed(
  entry: ChainsFileEntry,
  path: Path,
  _pair: Pair,
  given: Record<string, unknown>,
): SourceConfig[] {
  const text = typeof given.fixed === 'string' ? given.fixed : entry.source([...path, 'fixed']);
  if (text !== undefined && DECIMAL.test(text) && /[1-9]/.test(text)) return [{ kind: 'fixed', value: text }];
  entry.complain([...path, 'fixed'], 'must be a decimal above zero, in quotes: "3500.00"');
  return [];
}
