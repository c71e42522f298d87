import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { forgetHeld, holderGauge } from '../process/holder-gauges.js';
import { type Progress } from './catch-up.js';

/** Metrics of this process's scans. The chains that another replica scans are reported by that one. */
@Injectable()
export class ScannerMetrics implements OnModuleInit {
  private behind: Gauge<'chain'>;
  private speed: Gauge<'chain'>;
  private eta: Gauge<'chain'>;
  private head: Gauge<'chain'>;
  private scanned: Gauge<'chain'>;
  private holds: Gauge<'chain'>;
  private halted: Gauge<'chain'>;
  private setBack: Gauge<'chain'>;
  private reorgs: Counter<'chain'>;
  private failures: Counter<'chain'>;
  private notSearched: Counter<'chain'>;

  onModuleInit(): void {
    const gauge = (name: string, help: string) => holderGauge(`quittance_scanner_${name}`, help);
    this.head = gauge('head_block', "The node's head");
    this.scanned = gauge('scanned_block', 'The last block committed');
    this.behind = gauge('blocks_behind', 'Blocks between the last one committed and the head');
    this.speed = gauge(
      'catch_up_blocks_per_second',
      'Speed of catching up; 0 when there is nothing to catch up',
    );
    this.eta = gauge(
      'catch_up_eta_seconds',
      'Until the head is reached; 0 when there is nothing to catch up',
    );
    this.holds = new Gauge({
      name: 'quittance_scanner_is_holder',
      help: '1: this process scans the chain, 0: another one may',
      labelNames: ['chain'],
    });
    this.halted = gauge(
      'is_halted',
      '1: a reorg went deeper than what is remembered, an operator has to look',
    );
    this.setBack = gauge('is_set_back', "1: the endpoints' head is below the last block committed");
    const counter = (name: string, help: string) =>
      new Counter({ name: `quittance_scanner_${name}`, help, labelNames: ['chain'] });
    this.reorgs = counter('reorgs_total', 'Reorgs followed');
    this.failures = counter('failed_steps_total', 'Steps that failed and changed nothing');
    this.notSearched = counter(
      'unsearched_blocks_total',
      'Blocks in which internal transfers could not be looked for, or for watched addresses alone',
    );
  }

  holding(chain: string, isHolder: boolean): void {
    this.holds.set({ chain }, isHolder ? 1 : 0);
    if (!isHolder) forgetHeld('quittance_scanner_', chain);
  }

  stepped(chain: string, head: number, scanned: number, progress: Progress | null): void {
    this.head.set({ chain }, head);
    this.scanned.set({ chain }, scanned);
    this.behind.set({ chain }, Math.max(0, head - scanned));
    this.speed.set({ chain }, progress?.blocksPerSecond ?? 0);
    this.eta.set({ chain }, progress?.etaSeconds ?? 0);
    this.halted.set({ chain }, 0);
    this.setBack.set({ chain }, head < scanned ? 1 : 0);
  }

  reorged(chain: string): void {
    this.reorgs.inc({ chain });
  }

  unsearched(chain: string, blocks: number): void {
    this.notSearched.inc({ chain }, blocks);
  }

  failed(chain: string, isHalted: boolean): void {
    this.failures.inc({ chain });
    if (isHalted) this.halted.set({ chain }, 1);
  }
}
