import { setImmediate as realTurn } from 'node:timers/promises';
import { runningMs } from '../../src/process/running-time.js';

interface Timer {
  atMs: number;
  callback: () => void;
  everyMs: number | null;
}

/** Whoever measures the time that this process ran takes longer steps for standstills. */
const STEP_MS = 400;
/** Whoever is not done by then never will be. */
const LONGEST_MS = 15 * 60_000;
/** So many turns of the event loop in which nothing is done: all that is left waits for a timer. */
const IDLE_TURNS = 3;

/**
 * A time that goes on only when nothing but timers is waited for, at once, to the next of them: what takes a minute by
 * its own waits is over in a moment, and a busy machine makes nothing slower. Timers, Date.now and performance.now of
 * this realm follow it while `run` runs.
 */
export class VirtualTime {
  private nowMs: number;
  private readonly beganAtMs = Date.now();
  private readonly timers = new Map<object, Timer>();
  private readonly held = new Set<Promise<unknown>>();
  private readonly real = {
    setTimeout: globalThis.setTimeout,
    setInterval: globalThis.setInterval,
    clearTimeout: globalThis.clearTimeout,
    clearInterval: globalThis.clearInterval,
    dateNow: Date.now,
    performanceNow: performance.now.bind(performance),
  };

  constructor() {
    this.nowMs = performance.now();
  }

  /** Ms of a clock of its own; only differences mean something. */
  now(): number {
    return this.nowMs;
  }

  /** Time stands still until something real has ended, as an answer of a node. */
  hold<T>(real: Promise<T>): Promise<T> {
    const settled = real.then(
      () => undefined,
      () => undefined,
    );
    this.held.add(settled);
    void settled.then(() => this.held.delete(settled));
    return real;
  }

  /** Waits for so long. */
  pass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.timers.set({}, { atMs: this.nowMs + ms, callback: resolve, everyMs: null });
    });
  }

  /** @throws what `work` throws; an error of its own when it waits for what never comes */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.install();
    try {
      let isDone = false;
      const done = work().finally(() => (isDone = true));
      done.catch(() => undefined);
      const latest = this.nowMs + LONGEST_MS;
      while (!(await this.isIdleBut(() => isDone))) {
        if (!this.fireNext() || this.nowMs > latest) throw new Error('it waits for what never comes');
      }
      return await done;
    } finally {
      this.timers.clear();
      this.uninstall();
    }
  }

  /** @returns true as soon as it is done, false when all that is left waits for a timer */
  private async isIdleBut(isDone: () => boolean): Promise<boolean> {
    for (let idle = 0; idle < IDLE_TURNS; idle++) {
      if (isDone()) return true;
      await realTurn();
      if (this.held.size === 0) continue;
      await Promise.all(this.held);
      idle = -1;
    }
    return isDone();
  }

  private fireNext(): boolean {
    let next: [object, Timer] | null = null;
    for (const one of this.timers) if (next === null || one[1].atMs < next[1].atMs) next = one;
    if (next === null) return false;
    const [handle, timer] = next;
    while (this.nowMs < timer.atMs) {
      this.nowMs = Math.min(timer.atMs, this.nowMs + STEP_MS);
      runningMs();
    }
    if (timer.everyMs === null) this.timers.delete(handle);
    else timer.atMs = this.nowMs + timer.everyMs;
    timer.callback();
    return true;
  }

  private install(): void {
    const start = (isRepeated: boolean) =>
      ((callback: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) => {
        const handle = { unref: () => handle, ref: () => handle, hasRef: () => false };
        const everyMs = Math.max(1, ms);
        const timer = { atMs: this.nowMs + everyMs, callback: () => callback(...given) };
        this.timers.set(handle, { ...timer, everyMs: isRepeated ? everyMs : null });
        return handle;
      }) as unknown as typeof setTimeout;
    const clear = (handle: unknown) => {
      if (!this.timers.delete(handle as object)) this.real.clearTimeout(handle as NodeJS.Timeout);
    };
    Object.assign(globalThis, {
      setTimeout: start(false),
      setInterval: start(true),
      clearTimeout: clear,
      clearInterval: clear,
    });
    const beganAtMs = this.beganAtMs;
    const startMs = this.nowMs;
    Date.now = () => Math.floor(beganAtMs + this.nowMs - startMs);
    performance.now = () => this.nowMs;
  }

  private uninstall(): void {
    const { dateNow, performanceNow, ...timers } = this.real;
    Object.assign(globalThis, timers);
    Date.now = dateNow;
    performance.now = performanceNow;
  }
}
