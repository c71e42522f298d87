import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ChainModule } from '../chain/chain.module.js';
import { ChainFactsModule } from '../payments/chain-facts.module.js';
import { PaymentsModule } from '../payments/payments.module.js';
import { RescanModule } from '../scanner/rescan.module.js';
import { CheckLimits } from './check-limits.js';
import { MissingMoney } from './missing-money.js';
import { PaymentCheckController } from './payment-check.controller.js';
import { PaymentCheckService } from './payment-check.service.js';
import { TransactionSearch } from './transaction-search.js';

/** "But I paid": stands on payments and on the scanner, which do not know of it. */
@Module({
  imports: [AuthModule, ChainFactsModule, ChainModule, PaymentsModule, RescanModule],
  controllers: [PaymentCheckController],
  providers: [CheckLimits, MissingMoney, PaymentCheckService, TransactionSearch],
  exports: [PaymentCheckService],
})
export class PaymentCheckModule {}
