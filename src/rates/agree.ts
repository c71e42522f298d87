import { type PairConfig, pairName } from '../config/rates.js';
import { isRefusal, type Judged, type Opinion } from './judge.js';
import { compare, isApart, toDecimal } from './rational.js';
import { refusal, type Refusal } from './refusal.js';

export interface AgreementRules {
  maxDeviationBps: number;
  /** The operator has said that one fresh source is enough for this pair. */
  isOneEnough: boolean;
  /** Whether a chain's blocks prove what is in them. */
  provesBlocks: (chain: string) => boolean;
}

/** What a pair is worth, and by whom. */
export interface Price {
  /** Always one that a source gave, never a mean. */
  chosen: Opinion;
  /** All that were asked and fresh. */
  opinions: Opinion[];
}

/**
 * One price from what the sources of a pair say: of three or more the median, as long as most are near it; of two the
 * first, as long as the other is near it; of one, where one may be enough.
 */
export function agree(pair: PairConfig, judged: readonly Judged[], rules: AgreementRules): Price | Refusal {
  const opinions = judged.filter((one): one is Opinion => !isRefusal(one));
  const refusals = judged.filter(isRefusal);
  const [first] = opinions;
  if (first === undefined) return noSource(pair, refusals);
  if (opinions.length === 1) {
    return mayStandAlone(pair, first, rules) ? { chosen: first, opinions } : oneSource(pair, first, refusals);
  }
  const chosen = opinions.length === 2 ? first : median(opinions);
  const near = opinions.filter(({ value }) => !isApart(value, chosen.value, rules.maxDeviationBps));
  const isAgreed = opinions.length === 2 ? near.length === 2 : near.length * 2 > opinions.length;
  return isAgreed ? { chosen, opinions } : apart(pair, opinions, rules.maxDeviationBps);
}

/** The middle one by value; of an even number the lower one, by which a customer pays rather more than too little. */
function median(opinions: readonly Opinion[]): Opinion {
  const sorted = [...opinions].sort((a, b) => compare(a.value, b.value));
  return sorted[Math.floor((sorted.length - 1) / 2)] as Opinion;
}

/**
 * A fixed price beside others is what they are compared with, not what is left when they fail. What a feed's contract
 * answers no block proves: where its chain has several endpoints, two have to say it.
 */
function mayStandAlone({ sources }: PairConfig, { feed, isFixed }: Opinion, rules: AgreementRules): boolean {
  if (rules.isOneEnough) return true;
  if (isFixed) return sources.length === 1;
  return feed !== null && feed.block.isOneOfSeveral !== true && rules.provesBlocks(feed.block.chain);
}

function noSource(pair: PairConfig, [first, ...others]: readonly Refusal[]): Refusal {
  if (first === undefined) return refusal('no_source', `${pairName(pair)} has no source in rates.yaml`);
  if (others.length === 0) return first;
  const reasons = [first, ...others].map(({ reason }) => reason).join('; ');
  const isSame = others.every(({ code }) => code === first.code);
  return refusal(isSame ? first.code : 'no_source', `no source of ${pairName(pair)} is fresh: ${reasons}`);
}

function oneSource(pair: PairConfig, { source, feed }: Opinion, refusals: readonly Refusal[]): Refusal {
  const oneEndpoint =
    feed?.block.isOneOfSeveral === true
      ? [`of the endpoints of ${feed.block.chain} one alone answers, and a feed needs two of them`]
      : [];
  const others = [...oneEndpoint, ...refusals.map(({ reason }) => reason)].join('; ');
  return refusal(
    'one_source',
    `only ${source} prices ${pairName(pair)} now, which is not enough${others === '' ? '' : ` (${others})`}: ` +
      'add a source, or list the pair under single_source_ok in rates.yaml',
  );
}

function apart(pair: PairConfig, opinions: readonly Opinion[], bps: number): Refusal {
  const prices = opinions.map(({ source, value }) => `${source} says ${toDecimal(value, 8)}`).join(', ');
  return refusal(
    'sources_differ',
    `the sources of ${pairName(pair)} are apart by more than ${bps} of 10000 (RATE_MAX_DEVIATION_BPS): ${prices}`,
  );
}
