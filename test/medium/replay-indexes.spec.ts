import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrate, pendingMigrations } from '../../src/database/migrate.js';
import { migrateSchemas } from '../../src/runtime/schemas.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { hasPgBouncer, startPgBouncer } from '../harness/pgbouncer.js';
import { runCommand } from '../harness/terminal.js';
import { waitFor } from '../harness/wait-for.js';

const NAME = 'ReplayIndexes1798000700300';
const INDEXES = ['events_merchant_time_idx', 'webhook_deliveries_merchant_time_idx'];
const MERCHANT = '00000000-0000-7000-8000-000000000001';

let database: TestDatabase;
/** Somebody else at the same database. */
let other: pg.Client;
beforeEach(async () => {
  database = await createDatabase();
  other = new pg.Client({ connectionString: database.url, application_name: 'somebody else' });
  await other.connect();
  await query(`INSERT INTO merchants (id, name) VALUES ('${MERCHANT}', 'shop')`);
  await beforeThem();
});
afterEach(async () => {
  await other?.end();
  await database?.drop();
});

const query = <T = unknown>(sql: string) => database.dataSource.query<T>(sql);
const write = (id: string) =>
  query(
    `INSERT INTO events (id, type, merchant_id, body) VALUES ('evt_${id}', 'payment.created', '${MERCHANT}', '{}')`,
  );
const valid = () =>
  query<{ name: string; is_valid: boolean }[]>(
    `SELECT indexrelid::regclass::text AS name, indisvalid AS is_valid FROM pg_index
     WHERE indexrelid::regclass::text LIKE '%merchant_time_idx' ORDER BY 1`,
  );
const BOTH_VALID = INDEXES.map((name) => ({ name, is_valid: true }));
const BUILDING = 'FROM pg_stat_progress_create_index WHERE datname = current_database()';
const isBuilding = async () => (await query<unknown[]>(`SELECT ${BUILDING}`)).length > 0;

/** As the version before left it. */
async function beforeThem(): Promise<void> {
  for (const name of INDEXES) await query(`DROP INDEX IF EXISTS ${name}`);
  await query(`DELETE FROM migrations WHERE name = '${NAME}'`);
}

/** Has `CREATE INDEX CONCURRENTLY` wait for it: an older transaction that has written to the table. */
async function holdUp(): Promise<void> {
  await other.query('BEGIN');
  await other.query(`UPDATE events SET dispatched_at = now()`);
}

describe('the indexes of replays', () => {
  it('are made while others write, by one of several that start at once, and told of by --status', async () => {
    await holdUp();
    const lines: string[] = [];
    const starting = [1, 2, 3].map(() => migrate(database.url, { say: (line) => lines.push(line) }));
    await waitFor('one of them to be at it', isBuilding);
    await write('meanwhile');
    await query(`UPDATE events SET dispatched_at = now() WHERE id = 'evt_meanwhile'`);
    const status = await runCommand(['migrate', '--status'], { DATABASE_URL: database.url });
    expect(status).toMatchObject({ code: 2, out: `missing  ${NAME}\n` });
    await other.query('COMMIT');
    expect((await Promise.all(starting)).flat()).toEqual([NAME]);
    expect(await valid()).toEqual(BOTH_VALID);
    expect(lines).toContainEqual(expect.stringMatching(/^waiting for the migration lock, held by/));
  });

  it('are made anew where the making of one was cut off', async () => {
    await write('a');
    await holdUp();
    const cutOff = migrate(database.url);
    cutOff.catch(() => undefined);
    await waitFor('it to be at it', isBuilding);
    // As when the disk is full: Postgres ends it.
    await query(`SELECT pg_cancel_backend(pid) ${BUILDING}`);
    await other.query('COMMIT');
    await expect(cutOff).rejects.toThrow(/cancel/);
    expect(await pendingMigrations(database.url)).toEqual([NAME]);
    expect(await valid()).toEqual([]);

    // As when the machine goes down in the middle: what was begun stays.
    await query(
      `CREATE INDEX ${INDEXES[0]} ON events (merchant_id, created_at, id) WHERE dispatched_at IS NOT NULL`,
    );
    await query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = '${INDEXES[0]}'::regclass`);
    expect(await migrate(database.url)).toEqual([NAME]);
    expect(await valid()).toEqual(BOTH_VALID);
  });

  it('are given up at once by a start that is told to stop, though nobody lets go of the table, and made by the next', async () => {
    await write('a');
    await holdUp();
    const stopping = new AbortController();
    const stopped = migrate(database.url, { say: () => undefined, signal: stopping.signal });
    stopped.catch(() => undefined);
    await waitFor('it to be at it', isBuilding);
    stopping.abort(new Error('told to stop'));
    await expect(stopped).rejects.toThrow('told to stop');
    const sessions = () =>
      query<unknown[]>(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'quittance migrat%'`,
      );
    await waitFor('its sessions to end', async () => (await sessions()).length === 0);
    await other.query('COMMIT');
    expect(await migrate(database.url)).toEqual([NAME]);
    expect(await valid()).toEqual(BOTH_VALID);
  });

  it('are waited for where the process that asked was killed and Postgres goes on', async () => {
    await holdUp();
    const orphaned = new pg.Client({ connectionString: database.url });
    await orphaned.connect();
    const made = orphaned.query(
      `CREATE INDEX CONCURRENTLY ${INDEXES[0]} ON events (merchant_id, created_at, id) WHERE dispatched_at IS NOT NULL`,
    );
    await waitFor('it to be at it', isBuilding);
    const oidOf = () => query<object[]>(`SELECT oid FROM pg_class WHERE relname = '${INDEXES[0]}'`);
    const begun = await waitFor('its index to be there', async () => {
      const found = await oidOf();
      return found.length > 0 && found;
    });
    const again = migrate(database.url);
    await waitFor('the next one to wait for it', async () => {
      const asking = await query<unknown[]>(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'quittance migration'
           AND query LIKE '%pg_stat_progress_create_index%'`,
      );
      return asking.length > 0;
    });
    await other.query('COMMIT');
    await made;
    await orphaned.end();
    expect(await again).toEqual([NAME]);
    expect(await valid()).toEqual(BOTH_VALID);
    expect(await oidOf()).toEqual(begun);
  });

  it('take as long as they take, whatever limits a role has of its own', async () => {
    const name = database.url.replace(/^.*\//, '');
    await query(`ALTER DATABASE ${name} SET statement_timeout = '150ms'`);
    await query(`ALTER DATABASE ${name} SET lock_timeout = '150ms'`);
    await holdUp();
    const making = migrate(database.url);
    await waitFor('it to be at it', isBuilding);
    await other.query('SELECT pg_sleep(0.5)');
    await other.query('COMMIT');
    expect(await making).toEqual([NAME]);
  });

  it('are taken back and made again by the command', async () => {
    await migrate(database.url);
    const run = (...args: string[]) => runCommand(['migrate', ...args], { DATABASE_URL: database.url });
    expect((await run('--revert')).out).toBe(`reverted  ${NAME}\n`);
    expect(await valid()).toEqual([]);
    expect((await run()).out).toBe(`applied  ${NAME}\n`);
    expect(await valid()).toEqual(BOTH_VALID);
  });

  (hasPgBouncer() ? it : it.skip)('are made behind PgBouncer in session mode', async () => {
    const pooler = await startPgBouncer(database.url, 'session');
    try {
      const applied = await migrateSchemas({ url: pooler.url, hasQueue: false }, { say: () => undefined });
      expect(applied).toEqual([NAME]);
      expect(await valid()).toEqual(BOTH_VALID);
    } finally {
      await pooler.stop();
    }
  });
});
