import { Module } from '@nestjs/common';
import { ChainFactsModule } from './chain-facts.module.js';
import { OpenPaymentMetrics } from './open-payment-metrics.js';

/** For processes that are asked how many payments are open: those of the API, and scanners. */
@Module({ imports: [ChainFactsModule], providers: [OpenPaymentMetrics] })
export class PaymentMetricsModule {}
