import { Module } from '@nestjs/common';
import { ChainModule } from '../chain/chain.module.js';
import { LedgerOpeningsModule } from '../ledger/ledger.module.js';
import { ScannedChainModule } from '../scanner/scanned-chain.module.js';
import { KeysModule } from '../wallet/keys.module.js';
import { Broadcasts } from './broadcasts.js';
import { DailyLimits } from './daily-limits.js';
import { FinalHooks } from './final-hooks.js';
import { GasTank } from './gas-tank.js';
import { GivenUpNonces } from './given-up-nonces.js';
import { LateTransactions } from './late-transactions.js';
import { MinedTransactions } from './mined-transactions.js';
import { NodeNonces } from './node-nonces.js';
import { OutgoingBooks } from './outgoing-books.js';
import { OutgoingDoorsModule } from './outgoing-doors.module.js';
import { OutgoingFollower } from './outgoing-follower.js';
import { OutgoingRecords } from './outgoing-records.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { OutgoingSigner } from './outgoing-signer.js';
import { OutgoingRepository } from './outgoing.repository.js';
import { RecipientsModule } from './recipients.module.js';
import { PayingKeysCheck } from './paying-keys-check.js';
import { ProvenOutcomes } from './proven-outcomes.js';
import { Refusals } from './refusals.js';
import { Reopenings } from './reopenings.js';
import { Replacements } from './replacements.js';
import { SigningGate } from './signing-gate.js';
import { StandingWatch } from './standing-watch.js';
import { TankMetrics } from './tank-metrics.js';
import { UsedNonces } from './used-nonces.js';
import { UnminedTransactions } from './unmined-transactions.js';

/** Whatever leaves an address of ours goes through here: signed, committed, broadcast and followed to its end. */
@Module({
  imports: [
    ChainModule,
    KeysModule,
    LedgerOpeningsModule,
    OutgoingDoorsModule,
    RecipientsModule,
    ScannedChainModule,
  ],
  providers: [
    Broadcasts,
    DailyLimits,
    FinalHooks,
    GasTank,
    GivenUpNonces,
    LateTransactions,
    MinedTransactions,
    NodeNonces,
    OutgoingBooks,
    OutgoingFollower,
    OutgoingMetrics,
    OutgoingRecords,
    OutgoingRepository,
    OutgoingSigner,
    PayingKeysCheck,
    ProvenOutcomes,
    Refusals,
    Reopenings,
    Replacements,
    SigningGate,
    StandingWatch,
    TankMetrics,
    UnminedTransactions,
    UsedNonces,
  ],
  exports: [
    Broadcasts,
    DailyLimits,
    FinalHooks,
    GasTank,
    OutgoingDoorsModule,
    OutgoingFollower,
    OutgoingRepository,
    OutgoingSigner,
  ],
})
export class OutgoingModule {}
