import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { Token } from '../chain/tokens/token.entity.js';
import { Recent } from '../process/recent.js';
import { NamedAssets } from './named-assets.js';
import { OPEN_ELSEWHERE, type OpenElsewhere } from './open-elsewhere.js';
import { PaymentMetrics } from './payment-metrics.js';

/** Several gauges of one scrape share a read, and so do scrapers that come close together. */
const READ_AGAIN_AFTER_MS = 5_000;

const STATUSES = ['pending', 'partially_paid', 'detected'] as const;
/** By their upper end, in s; the last has none. */
const AGES = [
  { age: 'under_5m', below: 300 },
  { age: 'under_1h', below: 3_600 },
  { age: 'under_1d', below: 86_400 },
  { age: 'older', below: Infinity },
] as const;

interface OpenPayments {
  chain_id: string;
  status: (typeof STATUSES)[number];
  /** The place in `AGES`. */
  age: number;
  payments: string;
  oldest_seconds: string;
}

/**
 * Metrics of the payments that money may still come for. It is read from the database, by an index of
 * those alone, so that it is right after a restart and the same whichever process is asked: take the `max` of several.
 */
@Injectable()
export class OpenPaymentMetrics implements OnModuleInit {
  private readonly open = new Recent(READ_AGAIN_AFTER_MS, () => this.read());

  private readonly elsewhere = new Recent(READ_AGAIN_AFTER_MS, () =>
    this.dataSource.manager.query<OpenElsewhere[]>(OPEN_ELSEWHERE, [[...this.assets.chains.keys()]]),
  );

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly assets: NamedAssets,
    private readonly payments: PaymentMetrics,
  ) {}

  onModuleInit(): void {
    const { open, elsewhere } = this;
    const chains = [...this.assets.chains.values()];
    const nameOf = (row: OpenPayments) => this.assets.chains.get(Number(row.chain_id))?.name;
    new Gauge({
      name: 'quittance_payments_open',
      help: 'Payments that money may still come for, by status and by how long ago they were made',
      labelNames: ['chain', 'status', 'age'],
      async collect() {
        const rows = await open.get();
        this.reset();
        for (const { name: chain } of chains)
          for (const status of STATUSES) for (const { age } of AGES) this.set({ chain, status, age }, 0);
        for (const row of rows) {
          const chain = nameOf(row);
          const age = AGES[row.age]?.age;
          if (chain !== undefined && age !== undefined)
            this.set({ chain, status: row.status, age }, Number(row.payments));
        }
      },
    });
    new Gauge({
      name: 'quittance_payments_oldest_open_seconds',
      help: 'How long ago the oldest of the open payments was made, by status; 0: there is none',
      labelNames: ['chain', 'status'],
      async collect() {
        const rows = await open.get();
        this.reset();
        for (const { name: chain } of chains) {
          for (const status of STATUSES) {
            const own = rows.filter((row) => nameOf(row) === chain && row.status === status);
            this.set({ chain, status }, Math.max(0, ...own.map((row) => Number(row.oldest_seconds))));
          }
        }
      },
    });
    new Gauge({
      name: 'quittance_payments_unwatched',
      help: 'Open payments that offer a chain that is not configured, or not enabled: nobody sees them paid there',
      labelNames: ['chain_id'],
      async collect() {
        const rows = await elsewhere.get();
        this.reset();
        for (const { chain_id, payments } of rows) this.set({ chain_id }, payments);
      },
    });
  }

  private async read(): Promise<OpenPayments[]> {
    const { manager } = this.dataSource;
    for (const token of await manager.find(Token)) this.payments.begin(token.chainId, token);
    return manager.query<OpenPayments[]>(
      `SELECT chain_id, status, width_bucket(extract(epoch FROM now() - created_at)::float8, $1::float8[]) AS age,
         count(*) AS payments, extract(epoch FROM now() - min(created_at)) AS oldest_seconds
       FROM payments WHERE status IN ('pending', 'partially_paid', 'detected') GROUP BY 1, 2, 3`,
      [AGES.slice(0, -1).map(({ below }) => below)],
    );
  }
}
