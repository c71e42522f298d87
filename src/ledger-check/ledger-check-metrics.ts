import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS } from '../config/configuration.module.js';
import { LedgerCheckResult } from './ledger-check-result.entity.js';
import { databaseClock } from '../database/database-clock.js';

/** Metrics of the last `ledger check` of each chain, whichever machine it was run on. */
@Injectable()
export class LedgerCheckMetrics implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
  ) {}

  onModuleInit(): void {
    this.gauge(
      'differences',
      'What the last ledger check found to differ from the chain',
      (result) => result.differences,
    );
    this.gauge('age_seconds', 'How long ago the books were last checked as a whole', ({ checkedAt }) =>
      Math.max(0, (databaseClock.nowMs() - checkedAt.getTime()) / 1000),
    );
  }

  private gauge(name: string, help: string, valueOf: (result: LedgerCheckResult) => number): void {
    const { dataSource, chains } = this;
    new Gauge({
      name: `quittance_ledger_check_${name}`,
      help,
      labelNames: ['chain'],
      async collect() {
        const results = await dataSource.manager.find(LedgerCheckResult);
        this.reset();
        for (const result of results) {
          const chain = chains.find(({ chainId }) => chainId === result.chainId);
          if (chain) this.set({ chain: chain.name }, valueOf(result));
        }
      },
    });
  }
}
