import { Module } from '@nestjs/common';
import { EventCatalogueModule } from '../webhooks/catalogue/event-catalogue.module.js';
import { ChainFactsService } from './chain-facts.service.js';
import { DepositAnnouncements } from './deposit-announcements.js';
import { DepositsRepository } from './deposits.repository.js';
import { OutboxModule } from './outbox.module.js';

/** Payments as the scanner reaches them: without REST, and without a wallet. */
@Module({
  imports: [EventCatalogueModule, OutboxModule],
  providers: [ChainFactsService, DepositAnnouncements, DepositsRepository],
  exports: [ChainFactsService, DepositAnnouncements, DepositsRepository, OutboxModule],
})
export class ChainFactsModule {}
