import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ChainModule } from '../chain/chain.module.js';
import { EventCatalogueModule } from '../events/event-catalogue.module.js';
import { RecipientsModule } from '../outgoing/recipients.module.js';
import { ChainFactsModule } from '../payments/chain-facts.module.js';
import { OutgoingDoorsModule } from '../outgoing/outgoing-doors.module.js';
import { RecordedRatesModule } from '../rates/rates.module.js';
import { ScannedChainModule } from '../scanner/scanned-chain.module.js';
import { DepositFinality } from './deposit-finality.js';
import { RefundActions } from './refund-actions.js';
import { RefundAddressUse } from './refund-address-use.js';
import { RefundClaims } from './refund-claims.js';
import { RefundAnnouncements } from './refund-announcements.js';
import { RefundGas } from './refund-gas.js';
import { RefundLimits } from './refund-limits.js';
import { RefundMetrics } from './refund-metrics.js';
import { RefundLists } from './refund-lists.js';
import { RefundOutlook } from './refund-outlook.js';
import { RefundQueries } from './refund-queries.js';
import { RefundRequests } from './refund-requests.js';
import { RefundViews } from './refund-views.js';
import {
  DepositRefundsController,
  PaymentRefundsController,
  RefundsController,
} from './refunds.controller.js';
import { RefundsRepository } from './refunds.repository.js';
import { RefundsService } from './refunds.service.js';

/** Refunds as everybody may ask for them: nothing here signs. */
@Module({
  imports: [ChainModule, ChainFactsModule, EventCatalogueModule, OutgoingDoorsModule, RecordedRatesModule],
  providers: [
    RefundAddressUse,
    RefundAnnouncements,
    RefundClaims,
    RefundLimits,
    RefundMetrics,
    RefundQueries,
    RefundsRepository,
    RefundViews,
  ],
  exports: [RefundAnnouncements, RefundLimits, RefundQueries, RefundsRepository, RefundViews],
})
export class RefundsModule {}

/** Their REST routes. */
@Module({
  imports: [AuthModule, ChainModule, ChainFactsModule, RecipientsModule, RefundsModule, ScannedChainModule],
  controllers: [PaymentRefundsController, DepositRefundsController, RefundsController],
  providers: [
    DepositFinality,
    RefundActions,
    RefundGas,
    RefundLists,
    RefundOutlook,
    RefundRequests,
    RefundsService,
  ],
})
export class RefundsRestModule {}
