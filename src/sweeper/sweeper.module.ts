import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ChainModule } from '../chain/chain.module.js';
import { OutgoingLoopModule } from '../outgoing/outgoing-loop.module.js';
import { OutgoingModule } from '../outgoing/outgoing.module.js';
import { RecipientsModule } from '../outgoing/recipients.module.js';
import { ChainFactsModule } from '../payments/chain-facts.module.js';
import { DelegateWatch } from './delegate/delegate-watch.js';
import { SweepDelegateModule } from './delegate/sweep-delegate.module.js';
import { LateSettlements } from './late-settlements.js';
import { DueSweeps } from './due-sweeps.js';
import { BatchSigning } from './paths/batch-signing.js';
import { BatchedTransfers } from './paths/batched-transfers.js';
import { MostFee } from './paths/most-fee.js';
import { RecordedRatesModule } from '../rates/rates.module.js';
import { SingleTransfers } from './paths/single-transfers.js';
import { SweepPlanModule } from './planning/sweep-plan.module.js';
import { SweepBacklogMetrics } from './sweep-backlog-metrics.js';
import { SweepMover } from './sweep-mover.js';
import { SweepResults } from './sweep-results.js';
import { SweepSchedule } from './sweep-schedule.js';
import { UnpricedWarning } from './unpriced-warning.js';
import { SweepStates } from './sweep-states.js';
import { SweeperMetrics } from './sweeper-metrics.js';
import { SweepsController } from './sweeps.controller.js';
import { TreasuryCheck } from './treasury-check.js';

/** Its REST routes. */
@Module({ imports: [AuthModule, SweepPlanModule], controllers: [SweepsController] })
export class SweepRestModule {}

/** What the role `sweeper` moves to the treasury. */
@Module({
  imports: [
    ChainModule,
    ChainFactsModule,
    OutgoingLoopModule,
    OutgoingModule,
    SweepDelegateModule,
    SweepPlanModule,
    RecipientsModule,
    RecordedRatesModule,
  ],
  providers: [
    BatchSigning,
    BatchedTransfers,
    DelegateWatch,
    DueSweeps,
    LateSettlements,
    MostFee,
    SingleTransfers,
    SweepBacklogMetrics,
    SweepMover,
    SweepResults,
    SweepSchedule,
    UnpricedWarning,
    SweepStates,
    SweeperMetrics,
    TreasuryCheck,
  ],
})
export class SweeperModule {}
