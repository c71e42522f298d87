import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS } from '../config/configuration.module.js';

/** Metrics of blocks that wait to be searched for internal transfers. The `max` of several processes. */
@Injectable()
export class LateSearchMetrics implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
  ) {}

  onModuleInit(): void {
    const { dataSource, chains } = this;
    new Gauge({
      name: 'quittance_scanner_late_searches',
      help: 'Blocks to be looked at again: no endpoint could look for internal transfers, or endpoints do not agree about what they bring; what may have been paid there does not expire',
      labelNames: ['chain'],
      async collect() {
        const rows = await dataSource.query<{ chain_id: string; blocks: string }[]>(
          'SELECT chain_id, count(*) AS blocks FROM late_searches WHERE NOT is_given_up GROUP BY chain_id',
        );
        for (const { name: chain, chainId } of chains) {
          const own = rows.find((row) => Number(row.chain_id) === chainId);
          this.set({ chain }, Number(own?.blocks ?? 0));
        }
      },
    });
  }
}
