import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type Chain } from '../chain/chain.js';
import { ChainService } from '../chain/chain.service.js';
import { CursorRepository } from '../chain/position/cursor.repository.js';
import { type AdvisoryLocks } from '../database/advisory-locks.js';
import { ChainFactsService } from '../payments/chain-facts.service.js';
import { BlockWitnesses } from './block-witnesses.js';
import { ChainScanner } from './chain-scanner.js';
import { ChainWatch } from './chain-watch.js';
import { ScannerMetrics } from './scanner-metrics.js';
import { watchOf } from './watch.js';

/** Puts together what scans a chain. */
@Injectable()
export class ChainWatches {
  constructor(
    private readonly chains: ChainService,
    private readonly cursors: CursorRepository,
    private readonly facts: ChainFactsService,
    private readonly metrics: ScannerMetrics,
    private readonly witnesses: BlockWitnesses,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /** @param locks by which of several processes one scans a chain */
  of(chain: Chain, locks: AdvisoryLocks): ChainWatch {
    const { chains, cursors, facts, metrics, witnesses, dataSource } = this;
    const scanner = new ChainScanner(chain, {
      cursors,
      facts,
      dataSource,
      witnesses,
      watch: () => watchOf(chain, { chains, facts, dataSource }),
      onStartMissing: (oldest, wanted) => watch.startedLate(oldest, wanted),
      onMissing: (from, head) => watch.missed(from, head),
      onReorg: (reorg) => watch.reorged(reorg),
      onUnsearched: (blocks) => watch.unsearched(blocks),
      onInPart: (blocks) => watch.searchedInPart(blocks),
      onLateFailed: (reason) => watch.lateSearchFailed(reason),
      onDoubt: (block, reason) => watch.doubted(block, reason),
    });
    const isAnyPaymentOpen = () => facts.isAnyOpen(dataSource.manager, chain.chainId);
    const watch = new ChainWatch(chain, { scanner, chains, locks, metrics, isAnyPaymentOpen });
    return watch;
  }
}
