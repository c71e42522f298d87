import { Module } from '@nestjs/common';
import { ChainModule } from '../../chain/chain.module.js';
import { HoldingsModule } from '../../ledger/ledger.module.js';
import { OutgoingDoorsModule } from '../../outgoing/outgoing-doors.module.js';
import { ChainFactsModule } from '../../payments/chain-facts.module.js';
import { RecordedRatesModule } from '../../rates/rates.module.js';
import { ScannedChainModule } from '../../scanner/scanned-chain.module.js';
import { SweepAddressUse } from '../sweep-address-use.js';
import { SweepClaims } from '../sweep-claims.js';
import { SweepsRepository } from '../sweeps.repository.js';
import { SweepsService } from '../sweeps.service.js';
import { DepositBalances } from './deposit-balances.js';
import { IdleDeposits } from './idle-deposits.js';
import { PlanFactsReader } from './plan-facts.js';
import { SweepPlanner } from './sweep-planner.js';

/** Planning, which needs no key: for every process, and for the command line. What refunds claim is asked of `AddressUsers`. */
@Module({
  imports: [
    ChainModule,
    ChainFactsModule,
    HoldingsModule,
    OutgoingDoorsModule,
    RecordedRatesModule,
    ScannedChainModule,
  ],
  providers: [
    DepositBalances,
    IdleDeposits,
    PlanFactsReader,
    SweepAddressUse,
    SweepClaims,
    SweepPlanner,
    SweepsRepository,
    SweepsService,
  ],
  exports: [DepositBalances, SweepPlanner, SweepsRepository, SweepsService],
})
export class SweepPlanModule {}
