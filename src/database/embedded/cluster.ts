import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type PostgresHome } from './home.js';
import { readIfThere, writeWhole } from './small-file.js';

export const USER = 'quittance';

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
 * @throws Error with what initdb said
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
  if (result.status !== 0) throw new Error(`initdb failed: ${result.stderr || result.error?.message}`);
  renameSync(draft, cluster);
  return password;
}
