import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { copyBinaries, findBinaries, type PostgresBinaries } from './binaries.js';

/** Who runs Postgres, and where its files are. */
export interface PostgresHome {
  folder: string;
  binaries: PostgresBinaries;
  /** Postgres refuses to run as root; undefined: it runs as whoever we are. */
  user: { uid: number; gid: number } | undefined;
}

const SYSTEM_USER = 'postgres';

/** Decides it, and makes the folder. */
export async function prepareHome(dataDir: string, log: (line: string) => void): Promise<PostgresHome> {
  const binaries = await findBinaries();
  const folder = join(resolve(dataDir), 'postgres');
  if (process.getuid?.() !== 0) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return { folder, binaries, user: undefined };
  }
  const user = systemUser();
  const home = { folder, binaries, user };
  makeOwned(home);
  return canReach(home) ? home : movedHome(home, log);
}

/** A project under /root, say, is closed to every other user: then Postgres lives where such users may go. */
function movedHome({ folder, binaries, user }: PostgresHome, log: (line: string) => void): PostgresHome {
  const root = join('/var/lib/quittance', createHash('sha256').update(folder).digest('hex').slice(0, 16));
  mkdirSync(root, { recursive: true, mode: 0o755 });
  const moved = {
    folder: join(root, 'postgres'),
    binaries: copyBinaries(binaries, join(root, 'native')),
    user,
  };
  makeOwned(moved);
  log(
    `the user "${SYSTEM_USER}", who runs Postgres for root, cannot reach ${folder}: its data is kept in ${moved.folder}`,
  );
  return moved;
}

function makeOwned({ folder, user }: PostgresHome): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user) chownSync(folder, user.uid, user.gid);
}

function canReach({ folder, binaries, user }: PostgresHome): boolean {
  const test = 'test -w "$0" && test -x "$1"';
  return spawnSync('/bin/sh', ['-c', test, folder, binaries.postgres], { ...user, cwd: '/' }).status === 0;
}

function systemUser(): { uid: number; gid: number } {
  const known = lookUp();
  if (known) return known;
  spawnSync('groupadd', ['--system', SYSTEM_USER]);
  spawnSync('useradd', ['--system', '--gid', SYSTEM_USER, '--no-create-home', SYSTEM_USER]);
  const made = lookUp();
  if (made) return made;
  throw new Error(
    `Postgres does not run as root, and the user "${SYSTEM_USER}" could not be made; ` +
      'start Quittance as an ordinary user, or set DATABASE_URL',
  );
}

function lookUp(): { uid: number; gid: number } | null {
  const id = (flag: string) => {
    const { status, stdout } = spawnSync('id', [flag, SYSTEM_USER], { encoding: 'utf8' });
    return status === 0 ? Number(stdout.trim()) : null;
  };
  const uid = id('-u');
  const gid = id('-g');
  return uid === null || gid === null ? null : { uid, gid };
}
