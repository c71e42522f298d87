import { Module } from '@nestjs/common';
import { LedgerExport } from '../ledger/ledger-export.service.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { LedgerCheck } from './ledger-check.service.js';

/** The books, for reading: for the command line. */
@Module({
  imports: [LedgerModule],
  providers: [LedgerCheck, LedgerExport],
  exports: [LedgerCheck, LedgerExport],
})
export class LedgerReadingModule {}
