import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ChainModule } from '../chain/chain.module.js';
import { RecipientsModule } from '../outgoing/recipients.module.js';
import { ChainFactsModule } from '../payments/chain-facts.module.js';
import { EventCatalogueModule } from '../events/event-catalogue.module.js';
import { OutgoingDoorsModule } from '../outgoing/outgoing-doors.module.js';
import { RefundAddressUse } from './refund-address-use.js';
import { RefundAnnouncements } from './refund-announcements.js';
import { RefundsController } from './refunds.controller.js';
import { RefundsRepository } from './refunds.repository.js';
import { RefundsService } from './refunds.service.js';

/** Refunds as everybody may ask for them: nothing here signs. */
@Module({
  imports: [ChainModule, ChainFactsModule, EventCatalogueModule, OutgoingDoorsModule],
  providers: [RefundAddressUse, RefundAnnouncements, RefundsRepository],
  exports: [RefundAnnouncements, RefundsRepository],
})
export class RefundsModule {}

/** Their REST routes. */
@Module({
  imports: [AuthModule, ChainFactsModule, RecipientsModule, RefundsModule],
  controllers: [RefundsController],
  providers: [RefundsService],
})
export class RefundsRestModule {}
