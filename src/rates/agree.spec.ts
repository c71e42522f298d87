import { describe, expect, it } from '@jest/globals';
import { type PairConfig, type SourceConfig } from '../config/rates.js';
import { agree, type AgreementRules } from './agree.js';
import { isRefusal, type Opinion } from './judge.js';
import { parseDecimal, type Rational, toDecimal } from './rational.js';
import { refusal } from './refusal.js';

const PAIR: PairConfig = { base: 'ETH', quote: 'USD', sources: [] };
const RULES: AgreementRules = {
  maxDeviationBps: 100,
  isOneEnough: false,
  provesBlocks: (chain) => chain === 'proved',
};
const BLOCK = { number: 1, hash: '0x', time: new Date(0) };

const says = (value: string, source = `ticker ${value}`): Opinion => ({
  source,
  value: parseDecimal(value) as Rational,
  at: new Date(0),
  feed: null,
  isFixed: false,
});
const feedOn = (chain: string, value: string): Opinion => ({
  ...says(value),
  feed: { round: 1n, block: { ...BLOCK, chain } },
});
const stale = refusal('stale', 'it is old');
const result = (judged: Parameters<typeof agree>[1], rules = RULES, pair = PAIR) => {
  const price = agree(pair, judged, rules);
  return isRefusal(price) ? price.code : toDecimal(price.chosen.value);
};

describe('agree', () => {
  it('takes one feed of a chain that proves its blocks, and no other one alone', () => {
    expect(result([feedOn('proved', '100')])).toBe('100');
    expect(result([feedOn('unproved', '100')])).toBe('one_source');
    expect(result([says('100')])).toBe('one_source');
    expect(result([says('100'), stale])).toBe('one_source');
    expect(result([says('100')], { ...RULES, isOneEnough: true })).toBe('100');
  });

  it('takes no feed alone that one of several endpoints alone tells of, and says so', () => {
    const feed = feedOn('proved', '100');
    const block = {
      ...(feed.feed as { block: typeof BLOCK & { chain: string } }).block,
      isOneOfSeveral: true,
    };
    const told = { ...feed, feed: { round: 1n, block } };
    const refused = agree(PAIR, [told], RULES) as { code: string; reason: string };
    expect(refused.code).toBe('one_source');
    expect(refused.reason).toContain('of the endpoints of proved one alone answers');
    expect(result([told, says('100')])).toBe('100');
  });

  it('takes a fixed price where there is nothing else, and not where the rest has failed', () => {
    const fixed = { ...says('100'), isFixed: true };
    const sources: SourceConfig[] = [{ kind: 'fixed', value: '100' }];
    expect(result([fixed], RULES, { ...PAIR, sources })).toBe('100');
    expect(result([stale, fixed], RULES, { ...PAIR, sources: [{ kind: 'ecb' }, ...sources] })).toBe(
      'one_source',
    );
  });

  it('takes the first of two that agree, and neither where they do not', () => {
    expect(result([says('101'), says('100')])).toBe('101');
    expect(result([says('101.01'), says('100')])).toBe('sources_differ');
  });

  it('takes the median of three, as long as another one is near it', () => {
    expect(result([says('100'), says('100.5'), says('100.9')])).toBe('100.5');
    expect(result([says('100000'), says('100.5'), says('100')])).toBe('100.5');
    expect(result([says('0.1'), says('100.5'), says('100')])).toBe('100');
    expect(result([says('90'), says('100'), says('110')])).toBe('sources_differ');
  });

  it('takes none of four that are two against two', () => {
    expect(result([says('100'), says('100'), says('200'), says('200')])).toBe('sources_differ');
    expect(result([says('100'), says('100'), says('100'), says('200')])).toBe('100');
  });

  it('says why there is none, of each source', () => {
    expect(agree(PAIR, [], RULES)).toEqual(refusal('no_source', 'ETH/USD has no source in rates.yaml'));
    expect(agree(PAIR, [stale], RULES)).toEqual(stale);
    expect(agree(PAIR, [stale, refusal('not_positive', 'it is zero')], RULES)).toEqual(
      refusal('no_source', 'no source of ETH/USD is fresh: it is old; it is zero'),
    );
    expect(agree(PAIR, [says('100', 'kraken'), says('200', 'coinbase')], RULES)).toEqual(
      refusal(
        'sources_differ',
        'the sources of ETH/USD are apart by more than 100 of 10000 (RATE_MAX_DEVIATION_BPS): kraken says 100, coinbase says 200',
      ),
    );
  });
});
