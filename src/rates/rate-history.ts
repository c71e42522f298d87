import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, LessThan } from 'typeorm';
import { RATES, SETTINGS } from '../config/configuration.module.js';
import { pairName, type RatesConfig } from '../config/rates.js';
import { type Settings } from '../config/settings.js';
import { type Price } from './agree.js';
import { isRefusal, type Opinion } from './judge.js';
import { rational, toDecimal } from './rational.js';
import { type RecordedSource, RecordedRate } from './recorded-rate.entity.js';
import { refusal, type Refusal, type RefusalCode } from './refusal.js';
import { type PairReport } from './rates.service.js';
import { databaseClock } from '../database/database-clock.js';
import { steadyMs } from '../process/steady-time.js';

/** Rates of one pair are this far apart at least, whichever processes record them. */
const STEP_MS = 60_000;
/** One that does not change is recorded again, to tell it from one of which nothing was heard any more. */
const REPEAT_MS = 10 * 60_000;
/** A recorded rate speaks for so long. */
const SPEAKS_MS = 2 * REPEAT_MS;
const DAY_MS = 86_400_000;
const RECORDED = ['numerator', 'denominator', 'code', 'reason', 'sources'];
/**
 * A block may be ahead of the recorded rates by so much: then it is the clock that they were recorded by which is behind,
 * and what was recorded last speaks for it.
 */
const BEHIND_BLOCKS = { fromMs: 60_000, toMs: DAY_MS / 2 } as const;
/** As long as a payment may take to expire (PAYMENT_EXPIRY_MINUTES allows 30 days), and a day. */
const KEPT_DAYS = 31;

/** What pairs were worth, by the minute. */
@Injectable()
export class RateHistory {
  /** By pair, what this process recorded last. */
  private readonly last = new Map<string, { text: string; atMs: number; steadyMs: number }>();
  /** The last minute that anything was recorded of; null: not known yet. */
  private furthestMs: number | null = null;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(RATES) private readonly rates: RatesConfig,
  ) {}

  /**
   * Records what has changed. Of several processes that do so in one minute the first is kept; what another says
   * then, as this process after a restart, is recorded in the next minute. Where the clock has gone back, minutes that
   * were recorded come again: what is said in them now takes the place of what was said by the clock that was ahead.
   * @param now by Postgres' clock
   */
  async record(reports: readonly PairReport[], now: Date): Promise<void> {
    const at = new Date(Math.floor(now.getTime() / STEP_MS) * STEP_MS);
    const rows = reports.map(({ pair, price }) => rowOf(pairName(pair), at, price));
    const due = rows.filter((row) => this.isDue(row, at.getTime()));
    if (due.length === 0) return;
    const furthestMs = this.furthestMs ?? (await this.lastRecordedMs());
    const insert = this.dataSource.manager.createQueryBuilder().insert().into(RecordedRate).values(due);
    if (at.getTime() < furthestMs) insert.orUpdate(RECORDED, ['pair', 'at']);
    else insert.orIgnore();
    const inserted = await insert.returning(['pair']).execute();
    this.furthestMs = Math.max(furthestMs, at.getTime());
    const recorded = new Set((inserted.raw as { pair: string }[]).map(({ pair }) => pair));
    for (const row of due)
      if (recorded.has(row.pair))
        this.last.set(row.pair, { text: textOf(row), atMs: at.getTime(), steadyMs: steadyMs() });
  }

  /**
   * What each pair was worth at a moment; a pair of which nothing was known then is refused.
   * @param manager of the transaction that the caller is in, if any
   */
  async pricesAt(
    at: Date,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<Map<string, Price | Refusal>> {
    const now = databaseClock.now();
    const by = isAhead(at, now) ? recordedBy(at, now, await this.lastRecordedMs(manager)) : at;
    const rows = await manager
      .createQueryBuilder(RecordedRate, 'rate')
      .distinctOn(['rate.pair'])
      .where('rate.pair IN (:...pairs)', { pairs: ['', ...this.rates.pairs.map(pairName)] })
      .andWhere('rate.at <= :at AND rate.at > :since', {
        at: by,
        since: new Date(by.getTime() - SPEAKS_MS),
      })
      .orderBy('rate.pair')
      .addOrderBy('rate.at', 'DESC')
      .getMany();
    const known = new Map(rows.map((row) => [row.pair, priceOf(row)]));
    return new Map(
      this.rates.pairs.map((pair) => {
        const name = pairName(pair);
        return [name, known.get(name) ?? unknownAt(name, at)];
      }),
    );
  }

  /** Forgets what no payment can need any more. */
  async prune(now: Date): Promise<void> {
    const keptMs = (this.settings.lateWatchDays + KEPT_DAYS) * DAY_MS;
    await this.dataSource.manager.delete(RecordedRate, { at: LessThan(new Date(now.getTime() - keptMs)) });
  }

  private async lastRecordedMs(manager: EntityManager = this.dataSource.manager): Promise<number> {
    const [row] = await manager.query<{ at: Date | null }[]>('SELECT max(at) AS at FROM recorded_rates');
    return row?.at?.getTime() ?? -Infinity;
  }

  private isDue(row: RecordedRate, atMs: number): boolean {
    const last = this.last.get(row.pair);
    if (last === undefined) return true;
    if (atMs === last.atMs) return false;
    const hasGoneBack = atMs < last.atMs;
    const isRepeated = atMs - last.atMs >= REPEAT_MS || steadyMs() - last.steadyMs >= REPEAT_MS;
    return hasGoneBack || isRepeated || last.text !== textOf(row);
  }
}

function isAhead(at: Date, now: Date): boolean {
  const aheadMs = at.getTime() - now.getTime();
  return aheadMs > BEHIND_BLOCKS.fromMs && aheadMs <= BEHIND_BLOCKS.toMs;
}

/**
 * @param now by the clock that rates are recorded by
 * @param lastMs the last minute of which anything is recorded, ms since 1970: one that is ahead of the clock speaks for
 * its own time, since the clock was right then, or is set back by now
 * @returns the time whose rates speak for `at`
 */
export function recordedBy(at: Date, now: Date, lastMs: number): Date {
  return isAhead(at, now) && lastMs <= now.getTime() + BEHIND_BLOCKS.fromMs ? now : at;
}

function unknownAt(pair: string, at: Date): Refusal {
  return refusal('no_source', `what ${pair} was worth at ${at.toISOString()} was not recorded`);
}

/** A refusal's sentence tells ages, and would be new every time. */
function textOf({ numerator, denominator, code }: RecordedRate): string {
  return `${numerator}/${denominator} ${code}`;
}

function rowOf(pair: string, at: Date, price: Price | Refusal): RecordedRate {
  if (isRefusal(price)) {
    return { pair, at, numerator: null, denominator: null, ...price, sources: [] };
  }
  const { numerator, denominator } = price.chosen.value;
  return {
    pair,
    at,
    numerator: numerator.toString(),
    denominator: denominator.toString(),
    code: null,
    reason: null,
    // The one that was chosen first, which is what is read again.
    sources: [price.chosen, ...price.opinions.filter((one) => one !== price.chosen)].map(recordedSource),
  };
}

/** For the record, and for people. */
export function recordedSource({ source, value, at, feed }: Opinion): RecordedSource {
  return {
    source,
    value: toDecimal(value),
    at: at.toISOString(),
    ...(feed && {
      round: feed.round.toString(),
      block: { chain: feed.block.chain, number: feed.block.number, hash: feed.block.hash },
    }),
  };
}

function priceOf({ numerator, denominator, code, reason, sources, at }: RecordedRate): Price | Refusal {
  if (numerator === null || denominator === null)
    return refusal(code as RefusalCode, reason ?? 'there was no rate');
  const [first] = sources;
  const chosen: Opinion = {
    source: first?.source ?? 'the record',
    value: rational(BigInt(numerator), BigInt(denominator)),
    at: new Date(first?.at ?? at),
    feed: null,
    isFixed: false,
  };
  return { chosen, opinions: [chosen] };
}
