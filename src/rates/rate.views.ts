import { pairName, type SourceConfig } from '../config/rates.js';
import { type PairRateView } from './dto/rates.view.js';
import { isRefusal, type Judged, sourceName } from './judge.js';
import { toDecimal } from './rational.js';
import { type PairReport } from './rates.service.js';

export function pairView({ pair, price, judged }: PairReport, now: Date): PairRateView {
  return {
    pair: pairName(pair),
    base: pair.base,
    quote: pair.quote,
    ...valueView(isRefusal(price) ? price : price.chosen),
    sources: pair.sources.map((source, index) => sourceView(source, judged[index] as Judged, now)),
  };
}

function sourceView(source: SourceConfig, judged: Judged, now: Date) {
  const opinion = isRefusal(judged) ? null : judged;
  return {
    source: sourceName(source),
    ...valueView(judged),
    age_seconds: opinion && Math.max(0, Math.floor((now.getTime() - opinion.at.getTime()) / 1_000)),
    round: opinion?.feed?.round.toString() ?? null,
    block: opinion?.feed?.block.number ?? null,
  };
}

function valueView(judged: Judged) {
  if (isRefusal(judged)) return { status: 'refused' as const, value: null, at: null, ...judged };
  return {
    status: 'priced' as const,
    value: toDecimal(judged.value),
    at: judged.at.toISOString(),
    code: null,
    reason: null,
  };
}
