import { setTimeout as delay } from 'node:timers/promises';
import { type QueryRunner } from 'typeorm';

const LOOK_AGAIN_MS = 250;

export interface IndexToAdd {
  name: string;
  table: string;
  /** Its columns, and the condition behind them where it has one. */
  on: string;
}

/**
 * Adds an index while others go on writing to its table: a plain CREATE INDEX would have them wait until it is made, which
 * takes seconds for each million rows. Postgres does so in no transaction, so the migration says `transaction = false`, and
 * may be run again wherever it was cut off. `restore` runs every migration in one transaction, on a database that nobody
 * else uses: there it is made the plain way.
 *
 * What was cut off leaves an INVALID index, which no query uses and every write keeps: it is made anew. Where the process
 * was killed, Postgres may still be at it, and is waited for.
 */
export async function addIndexBesideWork(
  runner: QueryRunner,
  { name, table, on }: IndexToAdd,
): Promise<void> {
  if (runner.isTransactionActive) {
    await runner.query(`CREATE INDEX ${name} ON ${table} ${on}`);
    return;
  }
  await untilNobodyMakesOne(runner, table);
  if ((await isValid(runner, name, table)) === false) await dropIndexBesideWork(runner, name);
  try {
    await runner.query(`CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON ${table} ${on}`);
  } catch (error) {
    // As when the disk is full, of which it would keep its part.
    await dropIndexBesideWork(runner, name).catch(() => undefined);
    throw error;
  }
}

export async function dropIndexBesideWork(runner: QueryRunner, name: string): Promise<void> {
  await runner.query(`DROP INDEX ${runner.isTransactionActive ? '' : 'CONCURRENTLY '}IF EXISTS ${name}`);
}

/**
 * Asked again and again: one who waits for the lock of the table has a snapshot while he does, and whoever makes an index
 * waits for those who have an older one.
 */
async function untilNobodyMakesOne(runner: QueryRunner, table: string): Promise<void> {
  const isBeingMade = async () => {
    const makers = (await runner.query(
      `SELECT FROM pg_locks JOIN pg_stat_progress_create_index USING (pid)
       WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND relation = $1::regclass AND mode = 'ShareUpdateExclusiveLock' AND granted`,
      [table],
    )) as unknown[];
    return makers.length > 0;
  };
  while (await isBeingMade()) await delay(LOOK_AGAIN_MS);
}

/** @returns null when there is no such index */
async function isValid(runner: QueryRunner, name: string, table: string): Promise<boolean | null> {
  const [index] = (await runner.query(
    `SELECT indisvalid AS is_valid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
     WHERE relname = $1 AND indrelid = $2::regclass`,
    [name, table],
  )) as { is_valid: boolean }[];
  return index?.is_valid ?? null;
}
