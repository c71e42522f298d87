import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter } from 'prom-client';

/** What Prometheus is told of the sweeps of this process. */
@Injectable()
export class SweeperMetrics implements OnModuleInit {
  private limits: Counter<'chain' | 'limit'>;
  private failures: Counter<'chain'>;

  onModuleInit(): void {
    this.limits = new Counter({
      name: 'quittance_sweeper_limit_hits_total',
      help: 'Sweeps held back or cut by max_per_sweep or max_per_day',
      labelNames: ['chain', 'limit'],
    });
    this.failures = new Counter({
      name: 'quittance_sweeper_failed_sweeps_total',
      help: 'Sweeps that failed on the chain',
      labelNames: ['chain'],
    });
  }

  limited(chain: string, limit: string): void {
    this.limits.inc({ chain, limit });
  }

  sweepFailed(chain: string): void {
    this.failures.inc({ chain });
  }
}
