import { type Settings } from '../config/settings.js';
import { findEmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded/embedded-postgres.js';
import { migrate, requireMigrated } from '../database/migrate.js';
import { takeDataFolder } from '../runtime/data-folder.js';

export interface CommandDatabase {
  url: string;
  /** Ends what was started for the command; leaves alone what ran before. */
  release(): Promise<void>;
  /** As `release`, for when the process is ending already: asks, and does not wait. */
  abandon(): void;
}

/**
 * The database a command works on: DATABASE_URL, else the embedded Postgres, started for the time being if need be.
 * @throws DatabaseUnreachableError; SchemaOutOfDateError: a command does not change the schema under a running app
 */
export async function commandDatabase(settings: Settings): Promise<CommandDatabase> {
  const found = settings.databaseUrl ?? findEmbeddedPostgres(settings.dataDir);
  if (found !== null) {
    await requireMigrated(found);
    return { url: found, release: () => Promise.resolve(), abandon: () => undefined };
  }
  const giveBack = takeDataFolder(settings.dataDir);
  const postgres = await startEmbeddedPostgres({ dataDir: settings.dataDir, log: () => undefined });
  if (settings.migrate) await migrate(postgres.url);
  let isReleased = false;
  return {
    url: postgres.url,
    release: async () => {
      isReleased = true;
      await postgres.stop();
      giveBack();
    },
    abandon: () => {
      if (isReleased) return;
      process.kill(postgres.pid, 'SIGINT');
      giveBack();
    },
  };
}
