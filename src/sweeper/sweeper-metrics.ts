import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter } from 'prom-client';

/** Metrics of the sweeps of this process. */
@Injectable()
export class SweeperMetrics implements OnModuleInit {
  private failures: Counter<'chain'>;

  onModuleInit(): void {
    this.failures = new Counter({
      name: 'quittance_sweeper_failed_sweeps_total',
      help: 'Sweeps that failed on the chain',
      labelNames: ['chain'],
    });
  }

  sweepFailed(chain: string): void {
    this.failures.inc({ chain });
  }
}
