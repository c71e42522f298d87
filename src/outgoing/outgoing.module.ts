import { Module } from '@nestjs/common';
import { ChainModule } from '../chain/chain.module.js';
import { LedgerOpeningsModule } from '../ledger/ledger.module.js';
import { OutboxModule } from '../events/outbox.module.js';
import { ScannedChainModule } from '../scanner/scanned-chain.module.js';
import { KeysModule } from '../wallet/keys.module.js';
import { Broadcasts } from './broadcasts.js';
import { FinalHooks } from './final-hooks.js';
import { GasTank } from './gas-tank.js';
import { OutgoingBooks } from './outgoing-books.js';
import { OutgoingFollower } from './outgoing-follower.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { OutgoingSigner } from './outgoing-signer.js';
import { OutgoingRepository } from './outgoing.repository.js';
import { Preparations } from './preparation.js';
import { Reopenings } from './reopenings.js';
import { Replacements } from './replacements.js';
import { TankMetrics } from './tank-metrics.js';

/** Whatever leaves an address of ours goes through here: signed, committed, broadcast and followed to its end. */
@Module({
  imports: [ChainModule, KeysModule, LedgerOpeningsModule, OutboxModule, ScannedChainModule],
  providers: [
    Broadcasts,
    FinalHooks,
    GasTank,
    OutgoingBooks,
    OutgoingFollower,
    OutgoingMetrics,
    OutgoingRepository,
    OutgoingSigner,
    Preparations,
    Reopenings,
    Replacements,
    TankMetrics,
  ],
  exports: [
    Broadcasts,
    FinalHooks,
    GasTank,
    OutgoingFollower,
    OutgoingRepository,
    OutgoingSigner,
    Preparations,
  ],
})
export class OutgoingModule {}
