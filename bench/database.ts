import pg from 'pg';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { migrate } from '../src/database/migrate.js';
import { endWithUs } from '../test/harness/end-with-us.js';
import { tempFolder } from '../test/harness/temp-folder.js';

export const MERCHANT = '019aafd6-5c80-7a3e-8f10-000000000001';

export interface BenchDatabase {
  url: string;
  client: pg.Client;
  /** For what else the benchmark writes; gone with the database. */
  folder: string;
  stop(): Promise<void>;
}

/** A Postgres of its own, migrated, with one merchant. */
export async function startDatabase(): Promise<BenchDatabase> {
  const folder = tempFolder();
  const postgres = await startEmbeddedPostgres({ dataDir: folder.path, log: () => undefined });
  const callOff = endWithUs(postgres.pid, 'QUIT', folder.path);
  await migrate(postgres.url);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`INSERT INTO merchants (id, name) VALUES ($1, 'bench')`, [MERCHANT]);
  const stop = async () => {
    await client.end();
    await postgres.stop();
    callOff();
    folder.remove();
  };
  return { url: postgres.url, client, folder: folder.path, stop };
}
