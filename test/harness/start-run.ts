import 'reflect-metadata';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { migrate } from '../../src/database/migrate.js';
import { type RunEnvironment, TEMPLATE } from './run-environment.js';
import { tempFolder } from './temp-folder.js';

/** One real Postgres for the whole run, with a migrated database to clone: a clone takes milliseconds. */
export async function startRun(): Promise<RunEnvironment> {
  const folder = tempFolder();
  const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined });
  const template = postgres.url.replace(/\/[^/]*$/, `/${TEMPLATE}`);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  await migrate(template);
  process.env.QUITTANCE_TEST_POSTGRES = postgres.url;
  const run: RunEnvironment = {
    stop: async () => {
      await postgres.stop();
      folder.remove();
    },
  };
  // An interrupted run ends what it started as well.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void run.stop().finally(() => process.exit(1)));
  }
  return run;
}
