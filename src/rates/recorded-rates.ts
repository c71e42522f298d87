import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { RATES, SETTINGS } from '../config/configuration.module.js';
import { type RatesConfig } from '../config/rates.js';
import { type Settings } from '../config/settings.js';
import { RateBook } from './rate-book.js';
import { RateHistory } from './rate-history.js';
import { databaseClock } from '../database/database-clock.js';
import { steadyMs } from '../process/steady-time.js';

/** Rates are recorded by the minute: reading them more often shows nothing new. */
const FRESH_MS = 10_000;

/** Rates as they were recorded, by whichever process: for those that read no source themselves. */
@Injectable()
export class RecordedRates {
  private last: { book: RateBook; atMs: number } | null = null;

  constructor(
    @Inject(RATES) private readonly rates: RatesConfig,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly history: RateHistory,
  ) {}

  /** Null: no rates are configured. @param manager of the transaction that the caller is in; null: of none */
  async now(manager: EntityManager | null): Promise<RateBook | null> {
    if (this.rates.pairs.length === 0) return null;
    const atMs = steadyMs();
    if (this.last === null || atMs - this.last.atMs >= FRESH_MS)
      this.last = { book: await this.at(manager, databaseClock.now()), atMs };
    return this.last.book;
  }

  /** By what was known at a moment. */
  async at(manager: EntityManager | null, at: Date): Promise<RateBook> {
    const { pegMaxDeviationBps } = this.settings;
    const prices = await this.history.pricesAt(at, manager ?? undefined);
    return new RateBook(this.rates.pairs, prices, { pegs: this.rates.pegs, pegMaxDeviationBps });
  }
}
