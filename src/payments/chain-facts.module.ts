import { Module } from '@nestjs/common';
import { LedgerModule } from '../ledger/ledger.module.js';
import { EventCatalogueModule } from '../events/event-catalogue.module.js';
import { Arrivals } from './arrivals.js';
import { ChainFactsService } from './chain-facts.service.js';
import { DepositAnnouncements } from './deposit-announcements.js';
import { DepositFunds } from './deposit-funds.js';
import { DepositsRepository } from './deposits.repository.js';
import { RecordedRatesModule } from '../rates/rates.module.js';
import { LateWorth } from './late-worth.js';
import { LeftChains } from './left-chains.js';
import { LostPayments } from './lost-payments.js';
import { NamedAssets } from './named-assets.js';
import { PaymentAdvances } from './payment-advances.js';
import { PaymentMetrics } from './payment-metrics.js';
import { PaymentRecords } from './payment-records.js';
import { OutboxModule } from '../events/outbox.module.js';
import { RefundSubjects } from './refund-subjects.js';

/** Payments as the scanner reaches them: without REST, and without a wallet. */
@Module({
  imports: [EventCatalogueModule, LedgerModule, OutboxModule, RecordedRatesModule],
  providers: [
    Arrivals,
    ChainFactsService,
    DepositAnnouncements,
    DepositFunds,
    DepositsRepository,
    LateWorth,
    LeftChains,
    LostPayments,
    NamedAssets,
    PaymentAdvances,
    PaymentMetrics,
    PaymentRecords,
    RefundSubjects,
  ],
  exports: [
    ChainFactsService,
    DepositAnnouncements,
    DepositFunds,
    DepositsRepository,
    NamedAssets,
    OutboxModule,
    PaymentMetrics,
    PaymentRecords,
    RefundSubjects,
  ],
})
export class ChainFactsModule {}
