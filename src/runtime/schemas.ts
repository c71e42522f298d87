import { migrate, pendingMigrations, revertMigration, SchemaOutOfDateError } from '../database/migrate.js';
import { type Waiting } from '../database/migration-lock.js';
import { requireOwnSessions } from '../database/own-sessions.js';
import { requireRights, withRightToChange } from '../database/rights.js';
import { isQueueMigrated, migrateQueue } from '../queue/queue-schema.js';

export { revertMigration };

/** As the queue's schema is called where what is missing is listed. */
export const QUEUE_SCHEMA = 'the queue’s schema (bullmq)';

interface Database {
  url: string;
  /** The queue is on this database too, and not on Redis. */
  hasQueue: boolean;
}

/**
 * Both schemas of a database, ours and BullMQ's, brought up to date.
 * @returns what was missing and is there now
 * @throws DatabaseUnreachableError; SharedSessionsError: locks would not hold; RightsMissingError; what else Postgres said
 */
export async function migrateSchemas({ url, hasQueue }: Database, waiting: Waiting): Promise<string[]> {
  await requireOwnSessions(url);
  await requireRights(url, hasQueue);
  return withRightToChange(async () => {
    const ran = await migrate(url, waiting);
    if (!hasQueue) return ran;
    return (await migrateQueue(url)) ? [...ran, QUEUE_SCHEMA] : ran;
  });
}

/** What both schemas of a database lack. */
export async function missingSchemas({ url, hasQueue }: Database): Promise<string[]> {
  const pending = await pendingMigrations(url);
  return hasQueue && !(await isQueueMigrated(url)) ? [...pending, QUEUE_SCHEMA] : pending;
}

/** @throws DatabaseUnreachableError; SharedSessionsError; RightsMissingError; SchemaOutOfDateError */
export async function requireSchemas(database: Database): Promise<void> {
  await requireOwnSessions(database.url);
  await requireRights(database.url, database.hasQueue);
  const missing = await missingSchemas(database);
  if (missing.length > 0) throw new SchemaOutOfDateError(missing);
}
