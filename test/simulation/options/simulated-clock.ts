import { databaseClock } from '../../../src/database/database-clock.js';
import { steadyTime } from '../../../src/process/steady-time.js';
import { type ChainClock } from './chain-clock.js';

/** Has all of this process, but for timers, live at another time than ours, which moves as it is told. */
export class SimulatedClock implements ChainClock {
  private readonly real = Date;
  private readonly realSteadyMs = steadyTime.nowMs;
  private aheadMs = 0;

  private constructor() {
    const now = () => this.real.now() + this.aheadMs;
    globalThis.Date = new Proxy(Date, {
      construct: (date, given: unknown[], newTarget) =>
        Reflect.construct(date, given.length === 0 ? [now()] : given, newTarget) as object,
      get: (date, name, receiver) => (name === 'now' ? now : (Reflect.get(date, name, receiver) as unknown)),
    });
    databaseClock.nowMs = now;
    steadyTime.nowMs = () => this.realSteadyMs() + this.aheadMs;
  }

  static start(): SimulatedClock {
    return new SimulatedClock();
  }

  pass(seconds: number): void {
    this.aheadMs += seconds * 1_000;
  }

  /** In whole seconds, as chains count. */
  get seconds(): number {
    return Math.floor(Date.now() / 1_000);
  }

  /** Back to ours. */
  stop(): void {
    globalThis.Date = this.real;
    steadyTime.nowMs = this.realSteadyMs;
    Reflect.deleteProperty(databaseClock, 'nowMs');
  }
}
