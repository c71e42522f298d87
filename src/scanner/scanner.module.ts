import { Module } from '@nestjs/common';
import { ChainModule } from '../chain/chain.module.js';
import { LedgerMetricsModule } from '../ledger/ledger.module.js';
import { ChainFactsModule } from '../payments/chain-facts.module.js';
import { BlockWitnessesModule } from './block-witnesses.js';
import { ChainWatches } from './chain-watches.js';
import { LateSearchMetrics } from './late-search-metrics.js';
import { RescanModule } from './rescan.module.js';
import { ScannerMetrics } from './scanner-metrics.js';
import { ScannerService } from './scanner.service.js';
import { TokenBackfill } from './token-backfill.js';

@Module({
  imports: [BlockWitnessesModule, ChainModule, ChainFactsModule, LedgerMetricsModule, RescanModule],
  providers: [ChainWatches, LateSearchMetrics, ScannerMetrics, ScannerService, TokenBackfill],
})
export class ScannerModule {}
