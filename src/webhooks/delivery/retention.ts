import { Inject, Injectable, Logger } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';

/** Deleted in one statement, so that no transaction is long. */
const BATCH = 5_000;

/** Forgets old attempts. Deliveries and events stay: they are the record of what was sent. */
@Injectable()
export class Retention {
  private readonly logger = new Logger(Retention.name);

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /** The last attempt of a pending delivery stays, however old: it says why the delivery waits. */
  @Cron(CronExpression.EVERY_HOUR)
  async forgetOld(): Promise<void> {
    let total = 0;
    let deleted: number;
    do {
      [, deleted] = await this.dataSource.query<[unknown, number]>(
        `DELETE FROM webhook_attempts WHERE id IN (
           SELECT a.id FROM webhook_attempts a JOIN webhook_deliveries d ON d.id = a.delivery_id
           WHERE a.started_at < now() - $1 * interval '1 day' AND NOT (d.state = 'pending' AND NOT EXISTS (
             SELECT 1 FROM webhook_attempts later
             WHERE later.delivery_id = a.delivery_id AND (later.started_at, later.id) > (a.started_at, a.id)))
           LIMIT $2)`,
        [this.settings.webhookRetentionDays, BATCH],
      );
      total += deleted;
    } while (deleted === BATCH);
    if (total > 0) this.logger.log({ attempts: total }, 'old webhook attempts forgotten');
  }
}
