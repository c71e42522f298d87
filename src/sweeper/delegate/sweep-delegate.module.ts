import { Module } from '@nestjs/common';
import { ChainModule } from '../../chain/chain.module.js';
import { OutgoingModule } from '../../outgoing/outgoing.module.js';
import { DelegateCheck } from './delegate-check.js';
import { DelegateDeployment } from './delegate-deployment.js';
import { DeploymentSigning } from './deployment-signing.js';
import { SweepPlanModule } from '../planning/sweep-plan.module.js';

/** The contract that deposit addresses delegate to: made by a command, looked at by whoever sweeps. */
@Module({
  imports: [ChainModule, OutgoingModule, SweepPlanModule],
  providers: [DelegateCheck, DelegateDeployment, DeploymentSigning],
  exports: [DelegateCheck, DelegateDeployment],
})
export class SweepDelegateModule {}
