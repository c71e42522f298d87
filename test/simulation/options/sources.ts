import { type SourceConfig } from '../../../src/config/rates.js';
import { toAddress } from '../../../src/ids/ids.js';
import { type FeedObservation, type PublishedObservation } from '../../../src/rates/observation.js';
import { refusal, type Refusal } from '../../../src/rates/refusal.js';

/** How prices are told: as a feed's integers of 8 decimals. */
export const UNIT = 10n ** 8n;
export const HEARTBEAT_S = 3_600;
export const TICKER_MAX_AGE_S = 120;
/** Which chain the feeds are on. */
export const FEEDS_ON = 'alpha';

export type SourceName = 'feed' | 'ticker' | 'site';

export const FAULTS = [
  'stands still',
  'lies',
  'lies a thousandfold',
  'says zero',
  'is negative',
  'has an incomplete round',
  'is of tomorrow',
  'has other decimals',
  'is another one',
  'hangs',
  'says nonsense',
] as const;
type Fault = (typeof FAULTS)[number];

/** Of the one source of a pair, what nobody could tell from the truth. */
export const NEEDS_ANOTHER: readonly Fault[] = ['lies', 'lies a thousandfold'];

export interface Source {
  name: SourceName;
  fault: Fault | null;
  /** What it last said honestly. */
  value: bigint;
  atS: number;
}

/** Of the chain that the feeds are on. */
export interface Sequencer {
  isUp: boolean;
  /** Seconds. */
  sinceS: number;
}

/** What a site answers. */
export function siteSays({ name, fault, value }: Source): PublishedObservation | Refusal {
  const said = (price: bigint, aheadS = 0): PublishedObservation => ({
    kind: 'published',
    value: { numerator: price, denominator: UNIT },
    at: new Date(Date.now() + aheadS * 1_000),
  });
  switch (fault) {
    case 'hangs':
      return refusal('unreachable', `${name} did not answer: timed out`);
    case 'lies':
      return said(value * 3n);
    case 'lies a thousandfold':
      return said(value * 1_000n);
    case 'says zero':
      return said(0n);
    case 'is negative':
      return said(-value);
    case 'is of tomorrow':
      return said(value, 86_400);
    case 'stands still':
      return said(value);
    case null:
      return said(value);
    case 'has an incomplete round':
    case 'has other decimals':
    case 'is another one':
    case 'says nonsense':
      return refusal('unreadable', `what ${name} answered is no JSON`);
  }
}

/** What a feed's contract answers. */
export function feedSays(
  base: string,
  { fault, value, atS }: Source,
  sequencer: Sequencer,
): FeedObservation | Refusal {
  if (fault === 'hangs') return refusal('unreachable', 'the chain did not answer: timed out');
  if (fault === 'says nonsense') return refusal('unreadable', 'what the contract answered is no round');
  const at = BigInt(fault === 'is of tomorrow' ? nowS() + 86_400 : atS);
  const lies: Partial<Record<Fault, bigint>> = {
    lies: value * 3n,
    'lies a thousandfold': value * 1_000n,
    'says zero': 0n,
    'is negative': -value,
  };
  const round = {
    roundId: 7n,
    answer: (fault && lies[fault]) ?? value,
    startedAt: at,
    updatedAt: at,
    answeredInRound: fault === 'has an incomplete round' ? 6n : 7n,
  };
  const block = { chain: FEEDS_ON, number: nowS(), hash: `0x${nowS()}`, time: new Date() };
  const { isUp, sinceS } = sequencer;
  return {
    kind: 'feed',
    round,
    decimals: fault === 'has other decimals' ? 18 : 8,
    description: fault === 'is another one' ? 'XYZ / USD' : `${base} / USD`,
    block,
    sequencer: { round: { ...round, answer: isUp ? 0n : 1n, startedAt: BigInt(sinceS) }, block },
  };
}

export function nowS(): number {
  return Math.floor(Date.now() / 1_000);
}

export function configOf(base: string, name: SourceName): SourceConfig {
  switch (name) {
    case 'feed':
      return {
        kind: 'feed',
        chain: FEEDS_ON,
        address: toAddress(`0x${'f1'.repeat(20)}`),
        heartbeatS: HEARTBEAT_S,
        decimals: 8,
        description: `${base} / USD`,
      };
    case 'ticker':
      return { kind: 'ticker', exchange: 'kraken', symbol: null, maxAgeS: TICKER_MAX_AGE_S };
    case 'site':
      return { kind: 'json', url: 'http://site.example/', path: ['price'], maxAgeS: TICKER_MAX_AGE_S };
  }
}
