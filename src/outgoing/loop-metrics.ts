import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { forgetHeld } from '../process/holder-gauges.js';

/** Metrics of the rounds of this process. */
@Injectable()
export class LoopMetrics implements OnModuleInit {
  private steps: Counter<'chain'>;
  private holds: Gauge<'chain'>;
  private paused: Gauge;

  onModuleInit(): void {
    this.steps = new Counter({
      name: 'quittance_sweeper_failed_steps_total',
      help: 'Steps that failed and changed nothing',
      labelNames: ['chain'],
    });
    this.holds = new Gauge({
      name: 'quittance_sweeper_is_holder',
      help: '1: this process sweeps the chain, 0: another one may',
      labelNames: ['chain'],
    });
    this.paused = new Gauge({ name: 'quittance_sweeper_is_paused', help: '1: an operator has paused it' });
  }

  stepFailed(chain: string): void {
    this.steps.inc({ chain });
  }

  holding(chain: string, isHolder: boolean): void {
    this.holds.set({ chain }, isHolder ? 1 : 0);
    if (isHolder) return;
    forgetHeld('quittance_outgoing_', chain);
    forgetHeld('quittance_gas_tank_', chain);
  }

  isPaused(isPaused: boolean): void {
    this.paused.set(isPaused ? 1 : 0);
  }
}
