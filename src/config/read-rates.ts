import { address, isRecord, knownKeys, type ChainsFileEntry, type Path } from './chains-file-entry.js';
import { nearest } from './nearest.js';
import {
  type ContractPlace,
  type PairConfig,
  pairName,
  type RatesConfig,
  type SourceConfig,
} from './rates.js';
import { chainOf, readSource } from './read-rate-source.js';

/** What rates.yaml has to know of a chain. */
export interface PriceableChain {
  name: string;
  chainId: number;
}

const KEYS = ['pairs', 'pegs', 'sequencers', 'single_source_ok'];
const PAIR = /^([\w.$₮-]{1,32})\/([\w.$₮-]{1,32})$/u;
/** Layer 2s whose prices stand still with their sequencer, and which have a feed that tells of it. */
const HAVE_SEQUENCERS: Readonly<Record<number, string>> = {
  10: 'Optimism',
  8_453: 'Base',
  42_161: 'Arbitrum',
};

/** Reads rates.yaml; what is wrong is complained about. @param chains those of chains.yaml, with those switched off */
export function readRates(entry: ChainsFileEntry, chains: readonly PriceableChain[]): RatesConfig {
  const { value } = entry;
  knownKeys(entry, [], value, KEYS);
  const names = chains.map(({ name }) => name);
  const pairs = readPairs(entry, names);
  const rates = {
    pairs,
    pegs: readPegs(entry, pairs),
    sequencers: readSequencers(entry, names),
    singleSourceOk: readSingleSourceOk(entry, pairs),
  };
  requireSequencers(entry, rates, chains);
  return rates;
}

function readPairs(entry: ChainsFileEntry, chains: readonly string[]): PairConfig[] {
  const given = entry.value.pairs;
  if (!isRecord(given) || Object.keys(given).length === 0) {
    entry.complain(['pairs'], 'must name at least one pair, as in: pairs: { ETH/USD: [{ ticker: kraken }] }');
    return [];
  }
  const pairs = Object.entries(given).flatMap(([name, sources]) => {
    const pair = readPair(entry, ['pairs', name], name);
    return pair === null
      ? []
      : [{ ...pair, sources: readSources(entry, ['pairs', name], pair, sources, chains) }];
  });
  for (const pair of pairs) {
    const turned = { base: pair.quote, quote: pair.base };
    if (pairs.some((other) => pairName(other) === pairName(turned)) && pair.base < pair.quote)
      entry.complain(
        ['pairs', pairName(pair)],
        `stands beside ${pairName(turned)}, the same pair turned; keep one`,
      );
  }
  return pairs;
}

function readPair(
  entry: ChainsFileEntry,
  path: Path,
  name: string,
): Pick<PairConfig, 'base' | 'quote'> | null {
  const [, base, quote] = PAIR.exec(name) ?? [];
  if (base !== undefined && quote !== undefined && base !== quote) return { base, quote };
  entry.complain(path, 'must be two symbols with a slash between them, such as ETH/USD');
  return null;
}

function readSources(
  entry: ChainsFileEntry,
  path: Path,
  pair: Pick<PairConfig, 'base' | 'quote'>,
  given: unknown,
  chains: readonly string[],
): SourceConfig[] {
  if (!Array.isArray(given) || given.length === 0) {
    entry.complain(path, 'must list at least one source, as in: [{ ticker: kraken }]');
    return [];
  }
  const sources = given.flatMap((source, index) => readSource(entry, [...path, index], pair, source, chains));
  const seen = new Set<string>();
  sources.forEach((source, index) => {
    // The same one twice would agree with itself.
    const identity = JSON.stringify(identityOf(source));
    if (seen.has(identity)) entry.complain([...path, index], 'is listed twice; remove one');
    seen.add(identity);
  });
  return sources;
}

function identityOf(source: SourceConfig): unknown[] {
  switch (source.kind) {
    case 'feed':
      return [source.kind, source.chain, source.address];
    case 'ticker':
      return [source.kind, source.exchange];
    case 'json':
      return [source.kind, source.url, source.path];
    case 'ecb':
    case 'fixed':
      return [source.kind];
  }
}

/** A stablecoin without a price of its own would be taken at its word. */
function readPegs(entry: ChainsFileEntry, pairs: readonly PairConfig[]): Record<string, string> {
  const given = entry.value.pegs ?? {};
  if (!isRecord(given)) {
    entry.complain(['pegs'], 'must be a mapping such as { USDC: USD }');
    return {};
  }
  const pegs: Record<string, string> = {};
  for (const [symbol, peg] of Object.entries(given)) {
    const path = ['pegs', symbol];
    if (typeof peg !== 'string' || PAIR.exec(`${symbol}/${peg}`) === null || peg === symbol) {
      entry.complain(path, 'must name the symbol that it follows, as in USDC: USD');
      continue;
    }
    const hasPair = pairs.some(
      ({ base, quote }) => (base === symbol && quote === peg) || (base === peg && quote === symbol),
    );
    if (!hasPair)
      entry.complain(path, `needs a pair ${symbol}/${peg} that tells whether it keeps to it; add one`);
    pegs[symbol] = peg;
  }
  return pegs;
}

function readSequencers(entry: ChainsFileEntry, chains: readonly string[]): Record<string, ContractPlace> {
  const given = entry.value.sequencers ?? {};
  if (!isRecord(given)) {
    entry.complain(['sequencers'], 'must be a mapping such as { base: { chain: base, address: "0x…" } }');
    return {};
  }
  const sequencers: Record<string, ContractPlace> = {};
  for (const [chain, place] of Object.entries(given)) {
    const path = ['sequencers', chain];
    chainOf(entry, path, chain, chains);
    if (!isRecord(place)) {
      entry.complain(path, 'must be { chain, address }, where its uptime feed is');
      continue;
    }
    knownKeys(entry, path, place, ['chain', 'address']);
    sequencers[chain] = {
      chain: chainOf(entry, [...path, 'chain'], place.chain, chains),
      address: address(entry, [...path, 'address'], place.address),
    };
  }
  return sequencers;
}

function readSingleSourceOk(entry: ChainsFileEntry, pairs: readonly PairConfig[]): string[] {
  const given = entry.value.single_source_ok ?? [];
  if (!Array.isArray(given)) {
    entry.complain(['single_source_ok'], 'must be a list of pairs, such as [TUSD/USD]');
    return [];
  }
  const known = pairs.map(pairName);
  return given.map((name, index) => {
    if (known.includes(String(name))) return String(name);
    entry.complain(['single_source_ok', index], `is none of the pairs; ${suggestion(String(name), known)}`);
    return '';
  });
}

function requireSequencers(
  entry: ChainsFileEntry,
  { pairs, sequencers }: RatesConfig,
  chains: readonly PriceableChain[],
): void {
  const used = new Set(
    pairs.flatMap(({ sources }) =>
      sources.flatMap((source) => (source.kind === 'feed' ? [source.chain] : [])),
    ),
  );
  for (const { name, chainId } of chains) {
    const layer = HAVE_SEQUENCERS[chainId];
    if (layer === undefined || !used.has(name) || Object.hasOwn(sequencers, name)) continue;
    entry.complain(
      ['sequencers'],
      `must name the uptime feed of ${layer}’s sequencer, since feeds on "${name}" stand still while it is down: ` +
        `sequencers: { ${name}: { chain: ${name}, address: "0x…" } } (docs/prices.md has its address)`,
    );
  }
}

function suggestion(word: string, known: readonly string[]): string {
  const lower = known.map((one) => one.toLowerCase());
  const meant = known[lower.indexOf(nearest(word, lower) ?? '')];
  if (meant !== undefined) return `did you mean "${meant}"?`;
  return known.length === 0 ? 'there is none' : `choose from ${known.join(', ')}`;
}
