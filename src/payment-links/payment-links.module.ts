import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { PaymentsModule } from '../payments/payments.module.js';
import { LinkNonces } from './link-nonces.js';
import { LinkVisits } from './link-visits.js';
import { PaymentLinksController } from './payment-links.controller.js';
import { PaymentLinksService } from './payment-links.service.js';

/** Pages that make a payment for each visitor (docs/payment-links.md). */
@Module({
  imports: [AuthModule, PaymentsModule],
  controllers: [PaymentLinksController],
  providers: [LinkNonces, LinkVisits, PaymentLinksService],
  exports: [LinkNonces, LinkVisits, PaymentLinksService],
})
export class PaymentLinksModule {}
