import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ChainModule } from '../chain/chain.module.js';
import { RatesModule } from '../rates/rates.module.js';
import { WalletModule } from '../wallet/wallet.module.js';
import { EventCatalogueModule } from '../events/event-catalogue.module.js';
import { ChainFactsModule } from './chain-facts.module.js';
import { DepositsController } from './deposits.controller.js';
import { DepositsService } from './deposits.service.js';
import { LinkedPayments } from './linked-payments.js';
import { OutboxModule } from '../events/outbox.module.js';
import { PaymentExport } from './export/payment-export.js';
import { PaymentExportController } from './export/payment-export.controller.js';
import { PaymentChanges } from './payment-changes.js';
import { PaymentNews } from './payment-news.js';
import { PaymentPages } from './payment-pages.js';
import { PaymentRequests } from './payment-requests.js';
import { PaymentsController } from './payments.controller.js';
import { PaymentsRepository } from './payments.repository.js';
import { PriceRequests } from './price-requests.js';
import { PaymentsService } from './payments.service.js';

/** Payments as merchants reach them by REST. */
@Module({
  imports: [
    AuthModule,
    ChainModule,
    WalletModule,
    EventCatalogueModule,
    OutboxModule,
    ChainFactsModule,
    RatesModule,
  ],
  controllers: [PaymentExportController, PaymentsController, DepositsController],
  providers: [
    DepositsService,
    PaymentChanges,
    PaymentExport,
    PaymentRequests,
    PaymentsRepository,
    PaymentsService,
    PriceRequests,
    PaymentNews,
    PaymentPages,
    LinkedPayments,
  ],
  exports: [
    ChainFactsModule,
    PaymentChanges,
    PaymentsRepository,
    PaymentsService,
    PaymentNews,
    PaymentPages,
    LinkedPayments,
  ],
})
export class PaymentsModule {}
