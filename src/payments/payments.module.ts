import { Module } from '@nestjs/common';
import { ChainModule } from '../chain/chain.module.js';
import { WalletModule } from '../wallet/wallet.module.js';
import { EventCatalogueModule } from '../webhooks/catalogue/event-catalogue.module.js';
import { OutboxModule } from './outbox.module.js';
import { PaymentRequests } from './payment-requests.js';
import { PaymentsController } from './payments.controller.js';
import { PaymentsRepository } from './payments.repository.js';
import { PaymentsService } from './payments.service.js';

/** Payments as merchants reach them by REST. */
@Module({
  imports: [ChainModule, WalletModule, EventCatalogueModule, OutboxModule],
  controllers: [PaymentsController],
  providers: [PaymentRequests, PaymentsRepository, PaymentsService],
})
export class PaymentsModule {}
