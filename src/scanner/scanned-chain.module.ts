import { Module } from '@nestjs/common';
import { ChainModule } from '../chain/chain.module.js';
import { CursorRepository } from '../chain/position/cursor.repository.js';
import { ScannedChain } from './scanned-chain.js';

/** What was scanned, for reading. */
@Module({ imports: [ChainModule], providers: [CursorRepository, ScannedChain], exports: [ScannedChain] })
export class ScannedChainModule {}
