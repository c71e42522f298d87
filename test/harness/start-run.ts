import 'reflect-metadata';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { migrate } from '../../src/database/migrate.js';
import { endWithUs } from './end-with-us.js';
import { type RunEnvironment, TEMPLATE } from './run-environment.js';
import { keepSecrets, requireNothingLeaked, SAID_VARIABLE } from './said.js';
import { tempFolder } from './temp-folder.js';

/** One real Postgres for the whole run, with a migrated database to clone: a clone takes milliseconds. */
export async function startRun(): Promise<RunEnvironment> {
  const folder = tempFolder();
  const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined });
  const callOff = endWithUs(postgres.pid, 'QUIT', folder.path);
  const template = postgres.url.replace(/\/[^/]*$/, `/${TEMPLATE}`);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  await migrate(template);
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
