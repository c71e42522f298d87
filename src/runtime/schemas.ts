import {
  comparedMigrations,
  migrate,
  revertMigration,
  SchemaOutOfDateError,
  SchemaTooNewError,
} from '../database/migrate.js';
import { type Waiting } from '../database/migration-lock.js';
import { requireOwnSessions } from '../database/own-sessions.js';
import { requireRights, withRightToChange } from '../database/rights.js';
import { migrateQueue, queueState } from '../queue/queue-schema.js';

export { revertMigration, SchemaTooNewError };

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
 * @throws DatabaseUnreachableError; SharedSessionsError: locks would not hold; RightsMissingError; SchemaTooNewError; what
 * else Postgres said
 */
export async function migrateSchemas({ url, hasQueue }: Database, waiting: Waiting): Promise<string[]> {
  await requireOwnSessions(url);
  await requireRights(url, hasQueue);
  return withRightToChange(async () => {
    // Of both before either is changed: ours is looked at by `migrate`.
    if (hasQueue && (await queueState(url)) === 'too new') throw new SchemaTooNewError([QUEUE_SCHEMA]);
    const ran = await migrate(url, waiting);
    if (!hasQueue) return ran;
    return (await migrateQueue(url)) ? [...ran, QUEUE_SCHEMA] : ran;
  });
}

/** What both schemas of a database lack, and what of them a newer version made. */
export async function comparedSchemas({
  url,
  hasQueue,
}: Database): Promise<{ missing: string[]; unknown: string[] }> {
  const { pending, unknown } = await comparedMigrations(url);
  const queue = hasQueue ? await queueState(url) : 'up to date';
  return {
    missing: queue === 'behind' ? [...pending, QUEUE_SCHEMA] : pending,
    unknown: queue === 'too new' ? [...unknown, QUEUE_SCHEMA] : unknown,
  };
}

/** What both schemas of a database lack. */
export async function missingSchemas(database: Database): Promise<string[]> {
  return (await comparedSchemas(database)).missing;
}

/** @throws DatabaseUnreachableError; SharedSessionsError; RightsMissingError; SchemaOutOfDateError; SchemaTooNewError */
export async function requireSchemas(database: Database): Promise<void> {
  await requireOwnSessions(database.url);
  await requireRights(database.url, database.hasQueue);
  const { missing, unknown } = await comparedSchemas(database);
  if (unknown.length > 0) throw new SchemaTooNewError(unknown);
  if (missing.length > 0) throw new SchemaOutOfDateError(missing);
}
