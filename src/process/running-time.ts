/** How often we look at the clock while nobody asks. */
const LOOK_EVERY_MS = 100;
/**
 * Between two looks no more than this is time that we ran. What is beyond was a standstill: a suspended machine, a
 * throttled container, a long stop for garbage.
 */
const MAX_STEP_MS = 500;
/** Standstills further back than this are forgotten, and the oldest where there are too many. */
const REMEMBERED_MS = 14 * 86_400_000;
const MOST_REMEMBERED = 10_000;

/**
 * A clock of the time in which this process ran. It stands still when the process does, so that what others are given
 * to answer in is never shortened by our own standstill.
 */
export class RunningClock {
  private ranMs = 0;
  private lookedAt: number;
  private wallAt: number;
  /** When they ended, by the wall clock, and how long they were; in order. */
  private stoodStill: { until: number; ms: number }[] = [];

  /**
   * @param monotonicMs a clock that nobody sets
   * @param wallMs ms since the epoch; it goes on while a machine is suspended, which the other may not
   */
  constructor(
    private readonly monotonicMs: () => number = () => performance.now(),
    private readonly wallMs: () => number = () => Date.now(),
  ) {
    this.lookedAt = monotonicMs();
    this.wallAt = wallMs();
  }

  /** For how long this process has run, ms. Only differences mean something. */
  now(): number {
    const at = this.monotonicMs();
    this.ranMs += Math.min(Math.max(0, at - this.lookedAt), MAX_STEP_MS);
    this.lookedAt = at;
    this.noteStandstill();
    return this.ranMs;
  }

  /** How much of the time since then this process stood still, ms; of at most two weeks. */
  stoodStillSince(sinceMs: number): number {
    this.now();
    const later = this.stoodStill.filter(({ until }) => until > sinceMs);
    return later.reduce((sum, { until, ms }) => sum + Math.min(ms, until - sinceMs), 0);
  }

  private noteStandstill(): void {
    const until = this.wallMs();
    const ms = until - this.wallAt - MAX_STEP_MS;
    this.wallAt = until;
    if (ms <= 0) return;
    const known = this.stoodStill.filter((one) => one.until > until - REMEMBERED_MS);
    this.stoodStill = [...known.slice(1 - MOST_REMEMBERED), { until, ms }];
  }
}

let clock: RunningClock | null = null;

function processClock(): RunningClock {
  if (clock) return clock;
  const started = new RunningClock();
  setInterval(() => started.now(), LOOK_EVERY_MS).unref();
  return (clock = started);
}

/** For how long this process has run, ms. */
export const runningTime = { nowMs: () => processClock().now() };

/** For how long this process has run, ms; it does not grow while the process stands still. */
export function runningMs(): number {
  return runningTime.nowMs();
}

/** How much of the time since then, in ms since the epoch, this process stood still, ms. */
export function stoodStillSince(sinceMs: number): number {
  return processClock().stoodStillSince(sinceMs);
}

/**
 * Calls back once this process has run for so long, and has read what came in by then: after a standstill timers are
 * due before anything is read.
 * @returns takes it back
 */
export function afterRunningMs(ms: number, callback: () => void): () => void {
  const dueAt = runningMs() + ms;
  let isOff = false;
  let timer: NodeJS.Timeout;
  const look = () => {
    const leftMs = dueAt - runningMs();
    if (leftMs >= 1) timer = setTimeout(look, leftMs);
    else setImmediate(() => isOff || callback());
  };
  timer = setTimeout(look, ms);
  return () => {
    isOff = true;
    clearTimeout(timer);
  };
}
