import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS } from '../config/configuration.module.js';
import { Recent } from '../process/recent.js';
import { type SweepState, type WaitReason } from './sweep.entity.js';

const READ_AGAIN_AFTER_MS = 5_000;

interface OpenSweeps {
  chain_id: string;
  state: SweepState;
  reason_code: WaitReason | null;
  sweeps: string;
  oldest_seconds: string;
}

/** Metrics of money that is not at the treasury yet, and why. Read from the database: take the `max`. */
@Injectable()
export class SweepBacklogMetrics implements OnModuleInit {
  private readonly open = new Recent(READ_AGAIN_AFTER_MS, () => this.read());

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
  ) {}

  onModuleInit(): void {
    this.gauge('open', 'Sweeps that are not at their end, by what they wait for', ({ sweeps }) =>
      Number(sweeps),
    );
    this.gauge('oldest_open_seconds', 'How long ago the oldest open sweep was found due', (row) =>
      Number(row.oldest_seconds),
    );
  }

  private gauge(name: string, help: string, valueOf: (row: OpenSweeps) => number): void {
    const { open, chains } = this;
    new Gauge({
      name: `quittance_sweeps_${name}`,
      help,
      labelNames: ['chain', 'state', 'reason'],
      async collect() {
        const rows = await open.get();
        this.reset();
        for (const row of rows) {
          const chain = chains.find(({ chainId }) => chainId === Number(row.chain_id))?.name;
          const labels = {
            chain: chain ?? 'not configured',
            state: row.state,
            reason: row.reason_code ?? '',
          };
          this.set(labels, valueOf(row));
        }
      },
    });
  }

  /** By the index of open ones. */
  private read(): Promise<OpenSweeps[]> {
    return this.dataSource.query<OpenSweeps[]>(
      `SELECT chain_id, state, reason_code, count(*) AS sweeps,
         extract(epoch FROM now() - min(created_at)) AS oldest_seconds
       FROM sweeps WHERE state IN ('waiting', 'planned', 'funding', 'sent') GROUP BY 1, 2, 3`,
    );
  }
}
