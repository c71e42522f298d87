import { Module } from '@nestjs/common';
import { BlockWitnessesModule } from '../../scanner/block-witnesses.js';
import { OutgoingDoorsModule } from '../outgoing-doors.module.js';
import { AdoptedTransactions } from './adopted-transactions.js';
import { OwnAccounts } from './own-accounts.js';
import { TransactionsAfterBackup } from './transactions-after-backup.js';

/** For the role that scans, which needs no key for it. */
@Module({
  imports: [BlockWitnessesModule, OutgoingDoorsModule],
  providers: [AdoptedTransactions, OwnAccounts, TransactionsAfterBackup],
})
export class AfterRestoreModule {}
