import { Global, Module } from '@nestjs/common';
import { DatabaseMetrics } from '../database/database-metrics.js';
import { ChainModule } from '../chain/chain.module.js';
import { ClockWatch } from './clock-watch.js';
import { HealthIndicators } from './health-indicators.js';
import { HealthController } from './health.controller.js';
import { MetricsServer } from './metrics-server.js';
import { HealthService } from './health.service.js';

/** Global, so that a module adds what it stands on by injecting HealthIndicators. */
@Global()
@Module({
  imports: [ChainModule],
  controllers: [HealthController],
  providers: [ClockWatch, DatabaseMetrics, HealthIndicators, HealthService, MetricsServer],
  exports: [HealthIndicators],
})
export class HealthModule {}
