import { type Address } from '../ids/ids.js';

/** rates.yaml, checked. Addresses are lower-case hex with 0x. */
export interface RatesConfig {
  pairs: PairConfig[];
  /** A stablecoin's symbol, and the currency that it follows: off it, it is not priced. */
  pegs: Record<string, string>;
  /** By the name of a layer 2: where its sequencer's uptime feed is. */
  sequencers: Record<string, ContractPlace>;
  /** Pairs, as in "ETH/USD", of which one fresh source is enough, whatever it is. */
  singleSourceOk: string[];
}

export interface ContractPlace {
  /** Of chains.yaml. */
  chain: string;
  address: Address;
}

export interface PairConfig {
  base: string;
  quote: string;
  /** In order of preference. */
  sources: SourceConfig[];
}

export type SourceConfig = FeedSource | TickerSource | EcbSource | JsonSource | FixedSource;

/** A contract with Chainlink's aggregator interface. */
export interface FeedSource extends ContractPlace {
  kind: 'feed';
  /** It is updated at least this often, or is not believed. */
  heartbeatS: number;
  decimals: number;
  /** As `description()` has it, such as "ETH / USD". */
  description: string;
}

export const EXCHANGES = ['kraken', 'coinbase'] as const;

export interface TickerSource {
  kind: 'ticker';
  exchange: (typeof EXCHANGES)[number];
  /** What the exchange calls the pair; null: as we do. */
  symbol: string | null;
  maxAgeS: number;
}

/** The European Central Bank's reference rates, once a working day. */
export interface EcbSource {
  kind: 'ecb';
}

export interface JsonSource {
  kind: 'json';
  /** May hold a key: only its host is ever shown. */
  url: string;
  /** Names and indices from the document's root to the price. */
  path: (string | number)[];
  maxAgeS: number;
}

export interface FixedSource {
  kind: 'fixed';
  /** A decimal. */
  value: string;
}

export const NO_RATES: RatesConfig = { pairs: [], pegs: {}, sequencers: {}, singleSourceOk: [] };

/** As people and rates.yaml write it. */
export function pairName({ base, quote }: Pick<PairConfig, 'base' | 'quote'>): string {
  return `${base}/${quote}`;
}
