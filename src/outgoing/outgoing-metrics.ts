import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter, type Gauge } from 'prom-client';
import { holderGauge } from '../process/holder-gauges.js';

/** Metrics of transactions that this process sends. */
@Injectable()
export class OutgoingMetrics implements OnModuleInit {
  private final: Counter<'chain' | 'purpose' | 'state'>;
  private limits: Counter<'chain' | 'limit'>;
  private replaced: Counter<'chain'>;
  private dropped: Counter<'chain'>;
  private undone: Counter<'chain' | 'purpose'>;
  private refused: Counter<'chain' | 'outcome'>;
  private open: Gauge<'chain'>;
  private stuck: Gauge<'chain'>;
  private oldest: Gauge<'chain'>;

  onModuleInit(): void {
    const name = (rest: string) => `quittance_outgoing_${rest}`;
    this.final = new Counter({
      name: name('final_total'),
      help: 'Transactions that became final',
      labelNames: ['chain', 'purpose', 'state'],
    });
    this.limits = new Counter({
      name: 'quittance_sweeper_limit_hits_total',
      help: 'Sweeps held back or cut by max_per_sweep or max_per_day',
      labelNames: ['chain', 'limit'],
    });
    this.replaced = new Counter({
      name: name('replaced_total'),
      help: 'Transactions signed again with a higher fee',
      labelNames: ['chain'],
    });
    this.dropped = new Counter({
      name: name('reorged_total'),
      help: 'Mined transactions that a reorg took away',
      labelNames: ['chain'],
    });
    this.undone = new Counter({
      name: name('final_reorged_total'),
      help: 'Final transactions that a reorg deeper than the confirmations took away',
      labelNames: ['chain', 'purpose'],
    });
    this.refused = new Counter({
      name: name('refused_total'),
      help: 'Broadcasts that a node refused',
      labelNames: ['chain', 'outcome'],
    });
    const gauge = (rest: string, help: string) => holderGauge(name(rest), help);
    this.open = gauge('open', 'Transactions that are not final');
    this.stuck = gauge(
      'stuck',
      'Transactions that have waited to be mined for longer than SWEEP_STUCK_AFTER',
    );
    this.oldest = gauge('oldest_unmined_seconds', 'How long the oldest transaction has waited to be mined');
  }

  limited(chain: string, limit: string): void {
    this.limits.inc({ chain, limit });
  }

  finished(chain: string, purpose: string, state: string): void {
    this.final.inc({ chain, purpose, state });
  }

  bumped(chain: string): void {
    this.replaced.inc({ chain });
  }

  reorged(chain: string): void {
    this.dropped.inc({ chain });
  }

  reopened(chain: string, purpose: string): void {
    this.undone.inc({ chain, purpose });
  }

  refusedBy(chain: string, outcome: string): void {
    this.refused.inc({ chain, outcome });
  }

  standing(
    chain: string,
    { open, stuck, oldestMs }: { open: number; stuck: number; oldestMs: number },
  ): void {
    this.open.set({ chain }, open);
    this.stuck.set({ chain }, stuck);
    this.oldest.set({ chain }, oldestMs / 1000);
  }
}
