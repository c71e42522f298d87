import { steadyMs } from '../process/steady-time.js';

/** What is less is no jump of the host's clock, but a slow look at it. */
const JUMP_MS = 1_000;

/**
 * Postgres' clock, as it was read last and by the steady time that has passed since: what is compared with times in rows,
 * or becomes one, is neither early nor late where the host's clock is wrong, or goes back and forth. Until it has been
 * read, and in processes that never do, it is the host's.
 */
export class DatabaseClock {
  private read: { aheadOfSteadyMs: number; wallAheadOfSteadyMs: number } | null = null;

  constructor(
    private readonly steady: () => number = steadyMs,
    private readonly wall: () => number = () => Date.now(),
  ) {}

  /** @param databaseMs what Postgres said @param askedMs when it was asked, steady @param answeredMs when it had answered */
  wasRead(databaseMs: number, askedMs: number, answeredMs: number): void {
    this.read = {
      aheadOfSteadyMs: databaseMs - (askedMs + answeredMs) / 2,
      wallAheadOfSteadyMs: this.wall() - this.steady(),
    };
  }

  /** Whether the host's clock was set since, or the machine was suspended, which steady time may not count. */
  get isDoubtful(): boolean {
    if (this.read === null) return true;
    return Math.abs(this.wall() - this.steady() - this.read.wallAheadOfSteadyMs) > JUMP_MS;
  }

  /** Ms since 1970. */
  nowMs(): number {
    if (this.read === null) return this.wall();
    const knownMs = Math.round(this.steady() + this.read.aheadOfSteadyMs);
    // For the moment until it is read again, nothing gets younger.
    return this.isDoubtful ? Math.max(knownMs, this.wall()) : knownMs;
  }

  /** When that was, or will be, by the host's clock as it goes now. @param databaseMs by Postgres' clock */
  onHostMs(databaseMs: number): number {
    return databaseMs - this.nowMs() + this.wall();
  }

  now(): Date {
    return new Date(this.nowMs());
  }
}

/** Of this process. */
export const databaseClock = new DatabaseClock();
