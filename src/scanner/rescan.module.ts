import { Module } from '@nestjs/common';
import { ChainModule } from '../chain/chain.module.js';
import { ChainFactsModule } from '../payments/chain-facts.module.js';
import { CursorRepository } from '../chain/position/cursor.repository.js';
import { DeepReorgService } from './deep-reorg.service.js';
import { RescanService } from './rescan.service.js';

/** Reading again, without the scan itself: for the command line. */
@Module({
  imports: [ChainModule, ChainFactsModule],
  providers: [CursorRepository, RescanService, DeepReorgService],
  exports: [CursorRepository, RescanService, DeepReorgService],
})
export class RescanModule {}
