import { Module } from '@nestjs/common';
import { ChainModule } from '../../chain/chain.module.js';
import { ChainFactsModule } from '../../payments/chain-facts.module.js';
import { RefundsModule } from '../../refunds/refunds.module.js';
import { ScannedChainModule } from '../../scanner/scanned-chain.module.js';
import { DepositBalances } from './deposit-balances.js';
import { Obstacles } from './obstacles.js';
import { SweepPlanner } from './sweep-planner.js';
import { SweepsRepository } from '../sweeps.repository.js';
import { SweepsService } from '../sweeps.service.js';

/** Planning, which needs no key: for every process, and for the command line. */
@Module({
  imports: [ChainModule, ChainFactsModule, RefundsModule, ScannedChainModule],
  providers: [DepositBalances, Obstacles, SweepPlanner, SweepsRepository, SweepsService],
  exports: [DepositBalances, SweepPlanner, SweepsRepository, SweepsService],
})
export class SweepPlanModule {}
