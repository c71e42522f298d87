import { Module } from '@nestjs/common';
import { ChainFactsModule } from '../chain-facts.module.js';
import { PaymentsRepository } from '../payments.repository.js';
import { BookedValues } from './booked-values.js';
import { PaymentExport } from './payment-export.js';

/** Payments for bookkeeping, without REST: for the command line. */
@Module({
  imports: [ChainFactsModule],
  providers: [PaymentsRepository, PaymentExport, BookedValues],
  exports: [PaymentExport, BookedValues],
})
export class PaymentExportModule {}
