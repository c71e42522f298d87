import { Module } from '@nestjs/common';
import { ChainModule } from '../chain/chain.module.js';
import { LedgerOpeningsModule } from '../ledger/ledger.module.js';
import { ScannedChainModule } from '../scanner/scanned-chain.module.js';
import { KeysModule } from '../wallet/keys.module.js';
import { Broadcasts } from './broadcasts.js';
import { FinalHooks } from './final-hooks.js';
import { GasTank } from './gas-tank.js';
import { MinedTransactions } from './mined-transactions.js';
import { OutgoingBooks } from './outgoing-books.js';
import { OutgoingDoorsModule } from './outgoing-doors.module.js';
import { OutgoingFollower } from './outgoing-follower.js';
import { OutgoingRecords } from './outgoing-records.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { OutgoingSigner } from './outgoing-signer.js';
import { OutgoingRepository } from './outgoing.repository.js';
import { Reopenings } from './reopenings.js';
import { Replacements } from './replacements.js';
import { StandingWatch } from './standing-watch.js';
import { TankMetrics } from './tank-metrics.js';
import { UnminedTransactions } from './unmined-transactions.js';

/** Whatever leaves an address of ours goes through here: signed, committed, broadcast and followed to its end. */
@Module({
  imports: [ChainModule, KeysModule, LedgerOpeningsModule, OutgoingDoorsModule, ScannedChainModule],
  providers: [
    Broadcasts,
    FinalHooks,
    GasTank,
    MinedTransactions,
    OutgoingBooks,
    OutgoingFollower,
    OutgoingMetrics,
    OutgoingRecords,
    OutgoingRepository,
    OutgoingSigner,
    Reopenings,
    Replacements,
    StandingWatch,
    TankMetrics,
    UnminedTransactions,
  ],
  exports: [
    Broadcasts,
    FinalHooks,
    GasTank,
    OutgoingDoorsModule,
    OutgoingFollower,
    OutgoingRepository,
    OutgoingSigner,
  ],
})
export class OutgoingModule {}
