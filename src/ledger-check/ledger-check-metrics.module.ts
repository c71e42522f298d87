import { Module } from '@nestjs/common';
import { LedgerCheckMetrics } from './ledger-check-metrics.js';

@Module({ providers: [LedgerCheckMetrics] })
export class LedgerCheckMetricsModule {}
