import 'reflect-metadata';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { migrate } from '../../src/database/migrate.js';
import { migrateQueue } from '../../src/queue/queue-schema.js';
import { endWithUs } from './end-with-us.js';
import { type RunEnvironment, TEMPLATE } from './run-environment.js';
import { keepSecrets, requireNothingLeaked, SAID_VARIABLE } from './said.js';
import { tempFolder } from './temp-folder.js';

/** What it holds ends with the run, so nothing of it has to survive a crash of the machine. */
const NOTHING_DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes'];

/** One real Postgres for the whole run, with a migrated database to clone: a clone takes milliseconds. */
export async function startRun(): Promise<RunEnvironment> {
  const folder = tempFolder();
  const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined });
  const callOff = endWithUs(postgres.pid, 'QUIT', folder.path);
  const template = postgres.url.replace(/\/[^/]*$/, `/${TEMPLATE}`);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  for (const name of NOTHING_DURABLE) await client.query(`ALTER SYSTEM SET ${name} = off`);
  await client.query('SELECT pg_reload_conf()');
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  await migrate(template);
  await migrateQueue(template);
  process.env.QUITTANCE_TEST_POSTGRES = postgres.url;
  const said = tempFolder();
  process.env[SAID_VARIABLE] = said.path;
  keepSecrets({ texts: [new URL(postgres.url).password] });
  return {
    stop: async () => {
      await postgres.stop();
      folder.remove();
      callOff();
      try {
        await requireNothingLeaked(said.path);
      } finally {
        said.remove();
      }
    },
  };
}
