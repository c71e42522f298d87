import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { scannedPositions } from '../chain/position/scanned-positions.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { aheadBy, clockProblem, type ClockReading } from './clock.js';
import { databaseClock } from '../database/database-clock.js';
import { steadyMs } from '../process/steady-time.js';

/** How often is looked whether the clock was set, and how often it is compared where it was not. */
const TICK_MS = 1_000;
const LOOK_EVERY_MS = 10_000;
const UNKNOWN: ClockReading = { aheadOfDatabaseMs: null, behindChainsMs: null };

export interface ClockHealth {
  /** What is wrong with this machine's clock; null: nothing that can be seen from here. */
  problem: string | null;
  /** Negative: behind. Null: not known. */
  seconds_ahead_of_database: number | null;
  /** How far Postgres' clock is behind the newest scanned block; negative: ahead. Null: not known. */
  seconds_behind_chains: number | null;
}

/** Reads Postgres' clock for all of this process, and compares the machine's with it and with the chains'. */
@Injectable()
export class ClockWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ClockWatch.name);
  private timer: NodeJS.Timeout | undefined;
  private reading = UNKNOWN;
  private wasWrong = false;
  private lookedAtMs = -Infinity;
  private looking: Promise<void> | null = null;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.measure();
    await this.look();
    this.timer = setInterval(() => this.lookIfDue(), TICK_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  health(): ClockHealth {
    const { aheadOfDatabaseMs, behindChainsMs } = this.reading;
    return {
      problem: clockProblem(this.reading),
      seconds_ahead_of_database: seconds(aheadOfDatabaseMs),
      seconds_behind_chains: seconds(behindChainsMs),
    };
  }

  /** Says so once when the clock turns out wrong, and once when it is right again. */
  look(): Promise<void> {
    this.looking ??= this.compare().finally(() => (this.looking = null));
    return this.looking;
  }

  private lookIfDue(): void {
    if (databaseClock.isDoubtful || steadyMs() - this.lookedAtMs >= LOOK_EVERY_MS) void this.look();
  }

  private async compare(): Promise<void> {
    this.lookedAtMs = steadyMs();
    // A database that is away is told of by others.
    this.reading = await this.read().catch(() => UNKNOWN);
    const problem = clockProblem(this.reading);
    const isWrong = problem !== null;
    if (isWrong !== this.wasWrong) {
      if (isWrong) this.logger.warn({ reason: problem }, 'the clock is wrong');
      else this.logger.log({}, 'the clock is right again');
    }
    this.wasWrong = isWrong;
  }

  private async read(): Promise<ClockReading> {
    const askedMs = steadyMs();
    const [row] = await this.dataSource.query<{ now: Date }[]>('SELECT clock_timestamp() AS now');
    const answeredMs = steadyMs();
    const wallMs = Date.now();
    if (row) databaseClock.wasRead(row.now.getTime(), askedMs, answeredMs);
    const aheadOfDatabaseMs = row
      ? aheadBy(wallMs - (answeredMs - askedMs), wallMs, row.now.getTime())
      : null;
    return { aheadOfDatabaseMs, behindChainsMs: await this.behindChains() };
  }

  /** The dev chain's clock may be moved ahead on purpose. */
  private async behindChains(): Promise<number | null> {
    if (this.settings.nodeEnv !== 'production') return null;
    const positions = [...(await scannedPositions(this.dataSource.manager)).values()];
    if (positions.length === 0) return null;
    return Math.max(...positions.map(({ time }) => time.getTime())) - databaseClock.nowMs();
  }

  private measure(): void {
    const readings = () => this.health();
    new Gauge({
      name: 'quittance_clock_ahead_seconds',
      help: 'How far this machine’s clock is ahead of Postgres’; negative: behind',
      collect() {
        this.reset();
        const { seconds_ahead_of_database: ahead } = readings();
        if (ahead !== null) this.set(ahead);
      },
    });
    new Gauge({
      name: 'quittance_clock_behind_chains_seconds',
      help: 'How far Postgres’ clock is behind the newest block of any chain; negative: ahead, as it always is by a little',
      collect() {
        this.reset();
        const { seconds_behind_chains: behind } = readings();
        if (behind !== null) this.set(behind);
      },
    });
  }
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms / 100) / 10;
}
