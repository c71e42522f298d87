import { Module } from '@nestjs/common';
import { ChainModule } from '../chain/chain.module.js';
import { ChainFactsModule } from '../payments/chain-facts.module.js';
import { CursorRepository } from './cursor.repository.js';
import { ScannerMetrics } from './scanner-metrics.js';
import { ScannerService } from './scanner.service.js';

@Module({
  imports: [ChainModule, ChainFactsModule],
  providers: [CursorRepository, ScannerMetrics, ScannerService],
})
export class ScannerModule {}
