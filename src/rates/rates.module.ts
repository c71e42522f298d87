import { Module } from '@nestjs/common';
import { ChainModule } from '../chain/chain.module.js';
import { FeedReader } from './feed-reader.js';
import { PriceSites } from './price-sites.js';
import { AssetWorth } from './asset-worth.js';
import { RateHistory } from './rate-history.js';
import { RateMetrics } from './rate-metrics.js';
import { RateRefresh } from './rate-refresh.js';
import { RecordedRates } from './recorded-rates.js';
import { RateSources } from './rate-sources.js';
import { RatesController } from './rates.controller.js';
import { RatesService } from './rates.service.js';

/** Rates as they were recorded, for every process and for the command line: no source is read. */
@Module({
  providers: [AssetWorth, RateHistory, RecordedRates],
  exports: [AssetWorth, RateHistory, RecordedRates],
})
export class RecordedRatesModule {}

@Module({
  imports: [ChainModule, RecordedRatesModule],
  providers: [FeedReader, PriceSites, RateSources, RatesService],
  exports: [RateSources, RatesService],
})
export class RatesModule {}

/** In a process that serves the API: its REST route, what reads the sources in the background, its metrics and health. */
@Module({
  imports: [RatesModule, RecordedRatesModule],
  controllers: [RatesController],
  providers: [RateMetrics, RateRefresh],
})
export class RatesRestModule {}
