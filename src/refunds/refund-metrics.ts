import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Counter, Gauge } from 'prom-client';
import { DataSource, type EntityManager } from 'typeorm';
import { afterCommit } from '../database/after-commit.js';
import { Recent } from '../process/recent.js';
import { NamedAssets } from '../payments/named-assets.js';
import { REFUND_STATES, type Refund } from './refund.entity.js';

const READ_AGAIN_AFTER_MS = 5_000;
const OPEN_STATES = ['created', 'sent'] as const;

interface OpenRefunds {
  chain_id: string;
  state: (typeof OPEN_STATES)[number];
  refunds: string;
  oldest_seconds: string;
}

/** Metrics of refunds: moves by this process, and from the database those that are open. */
@Injectable()
export class RefundMetrics implements OnModuleInit {
  private moves: Counter<'chain' | 'status'>;
  private readonly open = new Recent(READ_AGAIN_AFTER_MS, () => this.read());

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly assets: NamedAssets,
  ) {}

  onModuleInit(): void {
    this.moves = new Counter({
      name: 'quittance_refunds_total',
      help: 'Refunds that came into a status; created: they were asked for',
      labelNames: ['chain', 'status'],
    });
    const chains = [...this.assets.chains.values()];
    // A series that begins with its first event hides that event from increase().
    for (const { name: chain } of chains)
      for (const status of REFUND_STATES) this.moves.inc({ chain, status }, 0);
    this.gauge('open', 'Refunds that are not at their end', ({ refunds }) => Number(refunds));
    this.gauge(
      'oldest_open_seconds',
      'How long ago the oldest open refund was asked for; 0: there is none',
      (row) => Number(row.oldest_seconds),
    );
  }

  /** To be called inside the transaction that changed it. */
  moved(manager: EntityManager, { chainId, state: status }: Refund): void {
    const chain = this.assets.chains.get(chainId)?.name ?? 'not configured';
    afterCommit(manager, () => this.moves.inc({ chain, status }));
  }

  private gauge(name: string, help: string, valueOf: (row: OpenRefunds) => number): void {
    const { open } = this;
    const { chains } = this.assets;
    new Gauge({
      name: `quittance_refunds_${name}`,
      help,
      labelNames: ['chain', 'status'],
      async collect() {
        const rows = await open.get();
        this.reset();
        for (const { name: chain } of chains.values())
          for (const status of OPEN_STATES) this.set({ chain, status }, 0);
        for (const row of rows) {
          const chain = chains.get(Number(row.chain_id))?.name ?? 'not configured';
          this.set({ chain, status: row.state }, valueOf(row));
        }
      },
    });
  }

  /** By the index of open ones. */
  private read(): Promise<OpenRefunds[]> {
    return this.dataSource.query<OpenRefunds[]>(
      `SELECT chain_id, state, count(*) AS refunds, extract(epoch FROM now() - min(created_at)) AS oldest_seconds
       FROM refunds WHERE state IN ('created', 'sent') GROUP BY 1, 2`,
    );
  }
}
