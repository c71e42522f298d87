import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import {
  type RunningPostgres,
  startEmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { migrate } from '../../src/database/migrate.js';
import { migrateQueue } from '../../src/queue/queue-schema.js';
import { endWithUs } from './end-with-us.js';
import { keepCluster, takeCluster } from './kept-cluster.js';
import { POSTGRES_LOG, type RunEnvironment, TEMPLATE } from './run-environment.js';
import { keepSecrets, requireNothingLeaked, SAID_VARIABLE } from './said.js';
import { tempFolder } from './temp-folder.js';

/** What the tests' Postgres holds ends with the run, so nothing of it has to survive a crash of the machine. */
const NOTHING_DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes'];

/** One real Postgres for the whole run, with a migrated database to clone: a clone takes milliseconds. */
export async function startRun(): Promise<RunEnvironment> {
  const folder = tempFolder();
  const start = () => startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined });
  if (!takeCluster(folder.path)) {
    const postgres = await start();
    // oxlint-disable-next-line typescript/no-misused-promises -- `finally` waits for what it is given.
    await fill(postgres).finally(() => postgres.stop());
    keepCluster(folder.path);
  }
  const postgres = await start();
  const callOff = endWithUs(postgres.pid, 'QUIT', folder.path);
  await warm(postgres);
  process.env.QUITTANCE_TEST_POSTGRES = postgres.url;
  process.env[POSTGRES_LOG] = join(postgres.folder, 'log');
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

/**
 * The first session of a database works out what Postgres keeps of its system tables in a file, which a start removes.
 * Once the template has it, each clone has it as well.
 */
async function warm({ url }: RunningPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: urlOfTemplate(url) });
  await client.connect();
  await client.end();
}

const urlOfTemplate = (url: string): string => url.replace(/\/[^/]*$/, `/${TEMPLATE}`);

async function fill({ url }: RunningPostgres): Promise<void> {
  const template = urlOfTemplate(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const name of NOTHING_DURABLE) await client.query(`ALTER SYSTEM SET ${name} = off`);
    // So that a test finds what is said of its database, and of whom.
    await client.query(`ALTER SYSTEM SET log_line_prefix = '%m [%p] %d/%a: '`);
    // Thousands of iterations for each of thousands of connections would protect nothing here.
    await client.query('SET scram_iterations = 1');
    const { username, password } = new URL(url);
    await client.query(`ALTER ROLE ${username} PASSWORD '${password}'`);
    // Nor would a proof of the password, which takes some milliseconds of each connection.
    const { rows } = await client.query<{ hba_file: string }>('SHOW hba_file');
    for (const { hba_file: file } of rows) {
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/\bscram-sha-256$/gm, 'password'));
    }
    await client.query(`CREATE DATABASE ${TEMPLATE}`);
  } finally {
    await client.end();
  }
  await migrate(template);
  await migrateQueue(template);
}
