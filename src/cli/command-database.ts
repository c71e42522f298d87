import { resolve } from 'node:path';
import { type Settings } from '../config/settings.js';
import { findEmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded/embedded-postgres.js';
import { findHomeFolder } from '../database/embedded/home.js';
import { migrate, requireMigrated } from '../database/migrate.js';
import { takeDataFolder } from '../runtime/data-folder.js';

export interface CommandDatabase {
  url: string;
  /** It was started for this command. */
  isOurs: boolean;
  /** Ends what was started for the command; leaves alone what ran before. */
  release(): Promise<void>;
}

/**
 * The database a command works on: DATABASE_URL, else the embedded Postgres, started for the time being if need be.
 * @throws DatabaseUnreachableError; SchemaOutOfDateError: a command does not change the schema under a running app
 */
export async function commandDatabase(settings: Settings): Promise<CommandDatabase> {
  const database = await openCommandDatabase(settings);
  try {
    await (database.isOurs && settings.migrate ? migrate(database.url) : requireMigrated(database.url));
    return database;
  } catch (error) {
    await database.release();
    throw error;
  }
}

/** A command beside a server that has its data elsewhere would find nothing, and say nothing of it. */
function noDatabaseText(dataDir: string): string {
  const where = resolve(dataDir);
  return `there is no database in ${where} yet, so that one is made; if a server runs already, give this command its DATA_DIR or DATABASE_URL\n`;
}

/** As `commandDatabase`, whatever its schema is. */
export async function openCommandDatabase(settings: Settings): Promise<CommandDatabase> {
  const found = settings.databaseUrl ?? findEmbeddedPostgres(settings.dataDir);
  if (found !== null) return { url: found, isOurs: false, release: () => Promise.resolve() };
  if (findHomeFolder(settings.dataDir) === null) process.stderr.write(noDatabaseText(settings.dataDir));
  const giveBack = takeDataFolder(settings.dataDir);
  const postgres = await startEmbeddedPostgres({ dataDir: settings.dataDir, log: () => undefined });
  let isReleased = false;
  const abandon = () => {
    if (isReleased) return;
    process.kill(postgres.pid, 'SIGINT');
    giveBack();
  };
  // Ctrl-C, or whoever reads our output leaving, ends the process without `release`.
  process.once('exit', abandon);
  const release = async () => {
    isReleased = true;
    process.off('exit', abandon);
    await postgres.stop();
    giveBack();
  };
  return { url: postgres.url, isOurs: true, release };
}
