import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { Counter, Gauge } from 'prom-client';
import { DataSource } from 'typeorm';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { findHomeFolder } from './embedded/home.js';
import { DATABASE_FAILURES, databaseFailures } from './failure-tally.js';

interface Pool {
  totalCount: number;
  idleCount: number;
  waitingCount: number;
}

/** Metrics of this process's connections to Postgres. Nothing here asks Postgres anything. */
@Injectable()
export class DatabaseMetrics implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    new Counter({
      name: 'quittance_database_errors_total',
      help: 'Statements and connections of this process that failed, by what was wrong; constraint and conflict are part of normal work',
      labelNames: ['class'],
      collect() {
        this.reset();
        const failures = databaseFailures();
        for (const failure of DATABASE_FAILURES) this.inc({ class: failure }, failures.get(failure) ?? 0);
      },
    });
    this.observePool();
    this.observeDisk();
  }

  private observePool(): void {
    const pool = (this.dataSource.driver as unknown as { master: Pool }).master;
    new Gauge({
      name: 'quittance_database_connections',
      help: 'Connections of this process: busy or idle; waiting are requests that wait for one',
      labelNames: ['state'],
      collect() {
        this.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
        this.set({ state: 'idle' }, pool.idleCount);
        this.set({ state: 'waiting' }, pool.waitingCount);
      },
    });
  }

  /** Only where something of ours lies in it, as the embedded Postgres. */
  private observeDisk(): void {
    const { dataDir } = this.settings;
    // For root it may lie elsewhere, and so on another disk.
    const folder = findHomeFolder(dataDir) ?? dataDir;
    if (!existsSync(folder)) return;
    new Gauge({
      name: 'quittance_data_dir_free_bytes',
      help: 'What is free on the disk of the embedded database, or of DATA_DIR where there is none',
      async collect() {
        const { bavail, bsize } = await statfs(folder);
        this.set(bavail * bsize);
      },
    });
  }
}
