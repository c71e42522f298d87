import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ChainModule } from '../chain/chain.module.js';
import { ChainFactsModule } from '../payments/chain-facts.module.js';
import { PaymentsModule } from '../payments/payments.module.js';
import { RescanModule } from '../scanner/rescan.module.js';
import { PaymentCheckController } from './payment-check.controller.js';
import { PaymentCheckService } from './payment-check.service.js';

/** "But I paid": stands on payments and on the scanner, which do not know of it. */
@Module({
  imports: [AuthModule, ChainFactsModule, ChainModule, PaymentsModule, RescanModule],
  controllers: [PaymentCheckController],
  providers: [PaymentCheckService],
  exports: [PaymentCheckService],
})
export class PaymentCheckModule {}
