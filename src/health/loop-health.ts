import { Gauge } from 'prom-client';
import { type Loop, runningLoops } from '../process/loops.js';
import { runningMs } from '../process/running-time.js';

/** No step of any loop takes minutes: its calls to nodes and to Postgres end sooner, whatever hangs. */
const STUCK_AFTER_MS = 600_000;

export interface LoopHealth {
  loop: string;
  chain: string | null;
  /** Since a step ended last, in s. */
  seconds_since_step: number;
  /** That the step under way has taken so far, in s; null: none is. */
  step_seconds: number | null;
}

/** @param nowMs by `runningMs`, as what loops say of themselves: an hour that the clock is set by is none that passed */
export function loopHealth(loops: readonly Loop[], nowMs: number): LoopHealth[] {
  return loops.map(({ name, chain, finishedAtMs, stepSinceMs }) => ({
    loop: name,
    chain,
    seconds_since_step: seconds(nowMs - finishedAtMs),
    step_seconds: stepSinceMs === null ? null : seconds(nowMs - stepSinceMs),
  }));
}

/** Those in which nothing gets done any more: their process is better started again. */
export function stuckLoops(loops: readonly Loop[], nowMs: number): string[] {
  return loops
    .filter(({ finishedAtMs }) => nowMs - finishedAtMs > STUCK_AFTER_MS)
    .map(({ name, chain }) => (chain === null ? name : `${name} ${chain}`));
}

/** The ages of the loops, for Prometheus. */
export function measureLoops(): void {
  const labelNames = ['loop', 'chain'] as const;
  new Gauge({
    name: 'quittance_loop_seconds_since_step',
    help: 'Time since a step of this loop ended last: of scan and outgoing by chain, of dispatch and reconcile',
    labelNames,
    collect() {
      this.reset();
      for (const { loop, chain, seconds_since_step } of loopHealth(runningLoops(), runningMs()))
        this.set({ loop, chain: chain ?? '' }, seconds_since_step);
    },
  });
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
