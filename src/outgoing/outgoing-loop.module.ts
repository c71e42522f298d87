import { Module } from '@nestjs/common';
import { ChainModule } from '../chain/chain.module.js';
import { ChainFactsModule } from '../payments/chain-facts.module.js';
import { ScannedChainModule } from '../scanner/scanned-chain.module.js';
import { KeysModule } from '../wallet/keys.module.js';
import { GasReturns } from './gas-returns.js';
import { LoopMetrics } from './loop-metrics.js';
import { Movers } from './movers.js';
import { OutgoingLoop } from './outgoing-loop.js';
import { OutgoingRound } from './outgoing-round.js';
import { OutgoingModule } from './outgoing.module.js';

/** The rounds in which money leaves: what the role `sweeper` does. Movers register in `Movers`. */
@Module({
  imports: [ChainModule, ChainFactsModule, KeysModule, OutgoingModule, ScannedChainModule],
  providers: [GasReturns, LoopMetrics, Movers, OutgoingLoop, OutgoingRound],
  exports: [Movers, OutgoingLoop],
})
export class OutgoingLoopModule {}
