import { Module } from '@nestjs/common';
import { ChainModule } from '../chain/chain.module.js';
import { Holdings } from './holdings.js';
import { LedgerMetrics } from './ledger-metrics.js';
import { LedgerRepository } from './ledger.repository.js';
import { LedgerService } from './ledger.service.js';
import { Openings } from './openings.js';
import { PayingAccounts } from './paying-accounts.js';
import { TopUps } from './top-ups.js';

/** Books every movement of value; the modules whose facts they are call it. */
@Module({
  providers: [LedgerRepository, LedgerService, PayingAccounts, TopUps],
  exports: [LedgerRepository, LedgerService, PayingAccounts, TopUps],
})
export class LedgerModule {}

/** What code that sends money needs besides: it asks the chains. */
@Module({ imports: [ChainModule, LedgerModule], providers: [Openings], exports: [Openings, LedgerModule] })
export class LedgerOpeningsModule {}

/** What addresses of ours have, by chain and books. */
@Module({ imports: [LedgerModule], providers: [Holdings], exports: [Holdings] })
export class HoldingsModule {}

/** For one role alone, so that not every process reads the books. */
@Module({ providers: [LedgerMetrics] })
export class LedgerMetricsModule {}
