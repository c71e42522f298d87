import { Module } from '@nestjs/common';
import { EventCatalogueModule } from '../webhooks/catalogue/event-catalogue.module.js';
import { ChainFactsService } from './chain-facts.service.js';
import { OutboxModule } from './outbox.module.js';

/** Payments as the scanner reaches them: without REST, and without a wallet. */
@Module({
  imports: [EventCatalogueModule, OutboxModule],
  providers: [ChainFactsService],
  exports: [ChainFactsService, OutboxModule],
})
export class ChainFactsModule {}
