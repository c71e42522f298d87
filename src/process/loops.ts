import { runningMs } from './running-time.js';

/** One of the loops that do the work of this process, as the scan of a chain. */
export interface Loop {
  name: string;
  /** Null: it is of no chain. */
  chain: string | null;
  /** When the step under way began, by `runningMs`, which no change of the clock moves; null: none is. */
  stepSinceMs: number | null;
  /** When a step ended last, or the loop began; by the same clock. */
  finishedAtMs: number;
}

const loops = new Set<Loop>();

/** @returns what the loop itself writes into, step by step */
export function addLoop(name: string, chain: string | null): Loop {
  const loop = { name, chain, stepSinceMs: null, finishedAtMs: runningMs() };
  loops.add(loop);
  return loop;
}

export function removeLoop(loop: Loop): void {
  loops.delete(loop);
}

/** Those that run in this process now. */
export function runningLoops(): readonly Loop[] {
  return [...loops];
}
