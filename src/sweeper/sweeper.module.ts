import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ChainModule } from '../chain/chain.module.js';
import { OutgoingModule } from '../outgoing/outgoing.module.js';
import { RecipientsModule } from '../outgoing/recipients.module.js';
import { ChainFactsModule } from '../payments/chain-facts.module.js';
import { RefundCover } from '../refunds/refund-cover.js';
import { RefundEndings } from '../refunds/refund-endings.js';
import { RefundSteps } from '../refunds/refund-steps.js';
import { RefundsModule } from '../refunds/refunds.module.js';
import { ScannedChainModule } from '../scanner/scanned-chain.module.js';
import { KeysModule } from '../wallet/keys.module.js';
import { BatchedTransfers } from './paths/batched-transfers.js';
import { DailyLimits } from './planning/daily-limits.js';
import { GasReturns } from './gas-returns.js';
import { SingleTransfers } from './paths/single-transfers.js';
import { SweepDelegateModule } from './delegate/sweep-delegate.module.js';
import { SweepEndings } from './sweep-endings.js';
import { SweepPlanModule } from './planning/sweep-plan.module.js';
import { SweepRows } from './sweep-rows.js';
import { SweepSteps } from './sweep-steps.js';
import { SweepWork } from './sweep-work.js';
import { SweeperMetrics } from './sweeper-metrics.js';
import { SweeperService } from './sweeper.service.js';
import { SweepsController } from './sweeps.controller.js';
import { TreasuryCheck } from './treasury-check.js';

/** Its REST routes. */
@Module({ imports: [AuthModule, SweepPlanModule], controllers: [SweepsController] })
export class SweepRestModule {}

/** What the role `sweeper` does: signs, sends, and follows to the end. */
@Module({
  imports: [
    ChainModule,
    ChainFactsModule,
    OutgoingModule,
    RefundsModule,
    ScannedChainModule,
    SweepDelegateModule,
    SweepPlanModule,
    KeysModule,
    RecipientsModule,
  ],
  providers: [
    BatchedTransfers,
    DailyLimits,
    GasReturns,
    RefundCover,
    RefundEndings,
    RefundSteps,
    SingleTransfers,
    SweepEndings,
    SweepRows,
    SweepSteps,
    SweepWork,
    SweeperMetrics,
    SweeperService,
    TreasuryCheck,
  ],
})
export class SweeperModule {}
