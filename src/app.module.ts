import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AuthModule, AuthRestModule } from './auth/auth.module.js';
import { BrandingRestModule } from './branding/branding.module.js';
import { ChainRestModule } from './chain/chain.module.js';
import { CheckoutModule } from './checkout/checkout.module.js';
import { ConfigurationModule } from './config/configuration.module.js';
import { type Configuration } from './config/read-configuration.js';
import { type Role } from './config/settings.js';
import { DatabaseModule } from './database/database.module.js';
import { APP_LIMITS } from './database/session-limits.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { LedgerCheckMetricsModule } from './ledger-check/ledger-check-metrics.module.js';
import { AfterRestoreModule } from './outgoing/after-restore/after-restore.module.js';
import { PaymentCheckModule } from './payment-check/payment-check.module.js';
import { PaymentMetricsModule } from './payments/payment-metrics.module.js';
import { PaymentLinksModule } from './payment-links/payment-links.module.js';
import { PaymentsModule } from './payments/payments.module.js';
import { RatesRestModule } from './rates/rates.module.js';
import { RefundPayingModule } from './refunds/refund-paying.module.js';
import { RefundsModule, RefundsRestModule } from './refunds/refunds.module.js';
import { ReplicasModule } from './replicas/replicas.module.js';
import { ScannerModule } from './scanner/scanner.module.js';
import { SweepPlanModule } from './sweeper/planning/sweep-plan.module.js';
import { SweeperModule, SweepRestModule } from './sweeper/sweeper.module.js';
import { DevToolsModule } from './dev-tools/dev-tools.module.js';
import { EventHandlersModule } from './webhooks/handlers/event-handlers.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/** The modules of the roles this process plays. */
@Module({})
export class AppModule {
  static register(configuration: Configuration): DynamicModule {
    const { settings, devChain } = configuration;
    const { roles } = settings;
    const has = (role: Role) => roles.includes(role);
    return {
      module: AppModule,
      imports: [
        ConfigurationModule.register(configuration),
        ScheduleModule.forRoot(),
        DatabaseModule.register(APP_LIMITS),
        HttpModule,
        AuthModule,
        EventHandlersModule,
        HealthModule,
        ReplicasModule,
        LedgerCheckMetricsModule,
        ...(has('api') || has('scanner') ? [PaymentMetricsModule] : []),
        ...(has('api')
          ? [
              AuthRestModule,
              BrandingRestModule,
              ChainRestModule,
              CheckoutModule,
              PaymentLinksModule,
              PaymentsModule,
              PaymentCheckModule,
              RatesRestModule,
              RefundsRestModule,
              SweepRestModule,
              WebhooksModule.rest(),
            ]
          : []),
        ...(has('api') && devChain ? [DevToolsModule.rest(devChain)] : []),
        ...(has('scanner') ? [AfterRestoreModule, RefundsModule, ScannerModule, SweepPlanModule] : []),
        ...(has('sweeper') ? [RefundPayingModule, SweeperModule] : []),
        ...(has('worker') ? [WebhooksModule.worker()] : []),
      ],
    };
  }
}
