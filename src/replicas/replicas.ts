import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, RATES, SETTINGS } from '../config/configuration.module.js';
import { type RatesConfig } from '../config/rates.js';
import { type Settings } from '../config/settings.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { steadyMs } from '../process/steady-time.js';
import { within } from '../process/within.js';
import { GONE_AFTER_SECONDS, RUNS_NOW } from './agreed-treasury.js';
import {
  type ComparedSettings,
  comparedSettings,
  differenceText,
  settingDifferences,
} from './compared-settings.js';
import { type RunningProcess } from './running-process.entity.js';

const BEAT_MS = 10_000;
/** For so long a stop waits until this process is written down as gone. */
const GOODBYE_MS = 2_000;
const SAY_EVERY_MS = 3_600_000;
const FORGOTTEN_AFTER = '1 day';
const nothing = () => undefined;

/**
 * The processes of this installation, each with the settings that all have to agree on. Which of two would win, where they
 * do not agree, is a matter of chance: so it is said, in the log, in /health and by a metric, for as long as both run.
 */
@Injectable()
export class Replicas implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('Replicas');
  private readonly id = randomUUID();
  private readonly name = `process ${process.pid} on ${hostname()}`;
  private readonly messages = new RepeatedMessage(SAY_EVERY_MS);
  private readonly own: ComparedSettings;
  private known: string[] = [];
  private beating: Promise<void> = Promise.resolve();
  /** A database that hangs is not given one word after the other. */
  private isBeating = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) chains: ChainConfig[],
    @Inject(RATES) rates: RatesConfig,
  ) {
    this.own = comparedSettings({ settings, chains, rates });
  }

  async onModuleInit(): Promise<void> {
    const differing = () => this.known.length;
    new Gauge({
      name: 'quittance_settings_differ',
      help: 'How many settings this process and others that run on its database do not agree on; /health and the log name them',
      collect() {
        this.set(differing());
      },
    });
    await this.beat();
    this.timer = setInterval(() => void (this.isBeating || this.beat()), BEAT_MS).unref();
  }

  /**
   * Before anything that an outage could hold up; the database that it needs may hang itself, and is not waited for. After
   * a word under way, which would write this process down again.
   */
  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    const gone = this.beating
      .then(() => this.dataSource.query(`DELETE FROM running_processes WHERE id = $1`, [this.id]))
      .then(nothing, nothing);
    await within(GOODBYE_MS, gone, undefined);
  }

  /** In words; empty: all that run agree, as far as is known. */
  differences(): readonly string[] {
    return this.known;
  }

  /** Says that this process runs, and looks who else does. A database that is away is told of by others. */
  beat(): Promise<void> {
    this.isBeating = true;
    const beating = this.beating
      .then(() => this.look())
      .finally(() => (this.isBeating = this.beating !== beating));
    this.beating = beating;
    return beating;
  }

  private async look(): Promise<void> {
    try {
      await this.dataSource.query(
        `INSERT INTO running_processes (id, name, roles, settings) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET seen_at = now()`,
        [this.id, this.name, this.settings.roles, this.own],
      );
      await this.dataSource.query(`DELETE FROM running_processes WHERE seen_at < now() - $1::interval`, [
        FORGOTTEN_AFTER,
      ]);
      const running = await runningProcesses(this.dataSource);
      this.known = differencesFrom(
        this.own,
        running.filter(({ id }) => id !== this.id),
      );
    } catch {
      return;
    }
    for (const text of this.known)
      if (this.messages.isDue(text, text, steadyMs()))
        this.logger.warn({ difference: text }, 'processes of this database run with settings that differ');
  }
}

type Running = Pick<RunningProcess, 'id' | 'name' | 'roles' | 'settings'>;

/** In words, what processes say another thing of. */
export function differencesFrom(own: ComparedSettings, others: readonly Running[]): string[] {
  return others.flatMap(({ name, settings }) =>
    settingDifferences(own, settings).map((difference) => differenceText(difference, name)),
  );
}

/** All that run now, oldest first. */
export function runningProcesses(dataSource: DataSource): Promise<Running[]> {
  return dataSource.query(
    `SELECT id, name, roles, settings FROM running_processes
     WHERE ${RUNS_NOW('$1')} ORDER BY started_at, id`,
    [GONE_AFTER_SECONDS],
  );
}
