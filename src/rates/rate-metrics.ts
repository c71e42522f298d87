import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { pairName, type SourceConfig } from '../config/rates.js';
import { HealthIndicators } from '../health/health-indicators.js';
import { isRefusal, sourceName } from './judge.js';
import { RatesService } from './rates.service.js';
import { databaseClock } from '../database/database-clock.js';

export class RateRefusedError extends Error {}

/** What Prometheus and health are told of rates, as they are at the moment they ask. */
@Injectable()
export class RateMetrics implements OnModuleInit {
  constructor(
    private readonly rates: RatesService,
    private readonly health: HealthIndicators,
  ) {}

  onModuleInit(): void {
    const report = () => this.rates.report();
    // Payments in an asset of their own need no rate, so that this process is ready without any; it only waits a moment
    // for the first reading, since until then no payment with a price can be made.
    if (report().length > 0)
      this.health.add({
        name: 'rates',
        isEssential: () => this.rates.firstReading.isUnderWay,
        check: () => Promise.resolve().then(() => this.requireAll()),
      });
    new Gauge({
      name: 'quittance_rate_is_priced',
      help: '1: the pair has a rate now, 0: it is refused',
      labelNames: ['pair', 'code'],
      collect() {
        this.reset();
        for (const { pair, price } of report())
          this.set(
            { pair: pairName(pair), code: isRefusal(price) ? price.code : '' },
            isRefusal(price) ? 0 : 1,
          );
      },
    });
    new Gauge({
      name: 'quittance_rate_source_age_seconds',
      help: 'Age of the price that a source gives, as it dates it; missing while the source is refused',
      labelNames: ['pair', 'source'],
      collect() {
        this.reset();
        for (const { pair, judged } of report())
          judged.forEach((one, index) => {
            if (isRefusal(one)) return;
            const source = sourceName(pair.sources[index] as SourceConfig);
            this.set({ pair: pairName(pair), source }, (databaseClock.nowMs() - one.at.getTime()) / 1_000);
          });
      },
    });
  }

  private requireAll(): void {
    for (const { price } of this.rates.report())
      if (isRefusal(price)) throw new RateRefusedError(price.reason);
  }
}
