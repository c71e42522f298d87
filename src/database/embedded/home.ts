import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { copyBinaries, findBinaries, type PostgresBinaries } from './binaries.js';
import { type Owner, readIfThere, writeWhole } from './small-file.js';

/** Who runs Postgres, and where its files are. */
export interface PostgresHome {
  folder: string;
  binaries: PostgresBinaries;
  /** Postgres refuses to run as root; undefined: it runs as whoever we are. */
  user: Owner | undefined;
}

const SYSTEM_USER = 'postgres';
/** For a data folder that the system user cannot reach. */
const OPEN_FOLDER = '/var/lib/quittance';
/**
 * In the data folder: where the database is kept instead. The place has a name of its own, not one derived from the
 * path, so that whoever deletes the data folder starts afresh, and whoever moves it keeps the database.
 */
const MOVED_TO = 'moved-to';

export class DatabaseGoneError extends Error {
  constructor(folder: string, marker: string) {
    super(
      `this data folder keeps its database in ${folder}, which is gone; put it back, ` +
        `or delete ${marker} to start with an empty database`,
    );
  }
}

export class DatabaseOutOfReachError extends Error {
  constructor(folder: string) {
    super(
      `the database is in ${folder}, which the user who runs Postgres for root can no longer reach; ` +
        'let others pass through the folders above it (chmod o+x)',
    );
  }
}

export class DataFolderClosedError extends Error {
  constructor(folder: string) {
    super(
      `${folder} belongs to another user; start Quittance as that user or as root, ` +
        'or set DATA_DIR to another folder',
    );
  }
}

/**
 * Decides it, and makes the folder.
 * @throws NoEmbeddedPostgresError; DatabaseGoneError; DatabaseOutOfReachError; DataFolderClosedError
 */
export async function prepareHome(dataDir: string, log: (line: string) => void): Promise<PostgresHome> {
  mkdirSync(join(dataDir, 'postgres'), { recursive: true, mode: 0o700 });
  const folder = realpathSync(join(dataDir, 'postgres'));
  if (process.getuid?.() !== 0) {
    if (!isOpen(folder)) throw new DataFolderClosedError(folder);
    const binaries = await findBinaries(folder);
    return { folder, binaries, user: undefined };
  }
  const binaries = await findBinaries(folder);
  if (existsSync(join(folder, MOVED_TO))) return movedHome(folder, binaries, log);
  const home = { folder, binaries, user: ownerOf(folder, log) };
  giveTo(home);
  if (canReach(home)) return home;
  if (existsSync(join(folder, 'data'))) throw new DatabaseOutOfReachError(folder);
  const root = join(OPEN_FOLDER, randomUUID());
  mkdirSync(join(root, 'postgres'), { recursive: true, mode: 0o755 });
  writeWhole(join(folder, MOVED_TO), root, undefined);
  return movedHome(folder, binaries, log);
}

/** Where the files of a data folder's Postgres are, without making any; null when there are none. */
export function findHomeFolder(dataDir: string): string | null {
  const folder = join(dataDir, 'postgres');
  if (!existsSync(folder)) return null;
  const moved = readIfThere(join(folder, MOVED_TO));
  return moved === null ? realpathSync(folder) : join(moved, 'postgres');
}

/** A project under /root, say, is closed to every other user: then Postgres lives where such users may go. */
function movedHome(original: string, binaries: PostgresBinaries, log: (line: string) => void): PostgresHome {
  const marker = join(original, MOVED_TO);
  const root = readIfThere(marker) as string;
  const folder = join(root, 'postgres');
  if (!existsSync(folder)) throw new DatabaseGoneError(folder, marker);
  const moved = { folder, binaries: copyBinaries(binaries, root), user: ownerOf(folder, log) };
  giveTo(moved);
  if (!canReach(moved)) letOthersPass(root, moved.binaries);
  if (!canReach(moved)) throw new DatabaseOutOfReachError(folder);
  // At each start: whoever looks for the database, or copies DATA_DIR, has to know.
  log(
    `the database is not in ${original} but in ${folder}: root runs Postgres as another user, whom the folders above ` +
      `the first kept out when the database was made (${marker} names its place)`,
  );
  return moved;
}

/** Whoever owns the database already, so that starts by root and by a user may alternate; else the system's user. */
function ownerOf(folder: string, log: (line: string) => void): Owner {
  const cluster = join(folder, 'data');
  const owner = existsSync(cluster) ? statSync(cluster) : null;
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : systemUser(log);
}

function giveTo({ folder, user }: Required<PostgresHome>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!user) return;
  const cluster = join(folder, 'data');
  // What root restored from a backup belongs to root.
  if (existsSync(cluster) && statSync(cluster).uid === 0) {
    spawnSync('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
  }
  chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
}

/** A umask of 077 closes what is made to the user of Postgres: these folders are ours, and hold no data. */
function letOthersPass(root: string, { postgres }: PostgresBinaries): void {
  for (const folder of [dirname(root), root]) chmodSync(folder, statSync(folder).mode | 0o111);
  spawnSync('chmod', ['-R', 'a+rX', dirname(dirname(postgres))]);
}

function isOpen(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function canReach({ folder, binaries, user }: PostgresHome): boolean {
  const test = 'test -w "$0" && test -x "$1"';
  return spawnSync('/bin/sh', ['-c', test, folder, binaries.postgres], { ...user, cwd: '/' }).status === 0;
}

function systemUser(log: (line: string) => void): Owner {
  const known = lookUp();
  if (known) return known;
  log(`Postgres does not run as root: making the system user "${SYSTEM_USER}", who runs it`);
  spawnSync('groupadd', ['--system', SYSTEM_USER]);
  spawnSync('useradd', ['--system', '--gid', SYSTEM_USER, '--no-create-home', SYSTEM_USER]);
  const made = lookUp();
  if (made) return made;
  throw new Error(
    `Postgres does not run as root, and the user "${SYSTEM_USER}" could not be made; ` +
      'start Quittance as an ordinary user, or set DATABASE_URL',
  );
}

function lookUp(): Owner | null {
  const id = (flag: string) => {
    const { status, stdout } = spawnSync('id', [flag, SYSTEM_USER], { encoding: 'utf8' });
    return status === 0 ? Number(stdout.trim()) : null;
  };
  const uid = id('-u');
  const gid = id('-g');
  return uid === null || gid === null ? null : { uid, gid };
}
