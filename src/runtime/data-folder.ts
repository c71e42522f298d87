import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { commandLineOf } from '../process/processes.js';

const LOCK_FILE = 'quittance.lock';
const URL_FILE = 'url';

interface Holder {
  pid: number;
  /** Process ids are used again; a process with another command line is another process. */
  commandLine: string | null;
}

export class DataFolderInUseError extends Error {
  constructor(folder: string, pid: number) {
    super(
      `another Quittance (process ${pid}) uses the data folder ${folder}; stop it, or set DATA_DIR to another folder`,
    );
  }
}

/** By the codes of Node's errors: what waiting does not change. */
const WHY_UNUSABLE: Readonly<Record<string, string>> = {
  EROFS: 'its file system is read-only',
  EEXIST: 'it is a file',
  ENOTDIR: 'a part of its path is a file',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOENT: 'no folder can be made there',
  ELOOP: 'its path has a link that leads to itself',
  ENAMETOOLONG: 'a part of its path is too long',
  EIO: 'its disk cannot be read or written',
  ENOTSUP: 'its file system has no hard links, which the lock there needs',
  EOPNOTSUPP: 'its file system has no hard links, which the lock there needs',
};

export class DataFolderUnusableError extends Error {
  constructor(folder: string, why: string, options: ErrorOptions) {
    super(`DATA_DIR ${folder} cannot be used: ${why}; name a folder that this user may write to`, options);
  }
}

/**
 * Takes a data folder for this process; one that a killed process left locked is taken over.
 * @returns what gives it back
 * @throws DataFolderInUseError; DataFolderUnusableError
 */
export function takeDataFolder(dataDir: string): () => void {
  const folder = resolve(dataDir);
  try {
    return take(folder);
  } catch (error) {
    const why = WHY_UNUSABLE[(error as NodeJS.ErrnoException).code ?? ''];
    throw why === undefined ? error : new DataFolderUnusableError(folder, why, { cause: error });
  }
}

function take(folder: string): () => void {
  // Others may pass through, not look: for root, Postgres runs as another user below it.
  makePassable(folder);
  const file = join(folder, LOCK_FILE);
  const holder: Holder = { pid: process.pid, commandLine: commandLineOf(process.pid) };
  // Written first and linked into place then: nobody ever reads a lock that is half there.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
  try {
    linkLock(draft, file, folder);
  } finally {
    rmSync(draft, { force: true });
  }
  return () => [file, join(folder, URL_FILE)].forEach((one) => rmSync(one, { force: true }));
}

/**
 * Whatever the umask: with 077, as hardened systems have it, nobody else could pass through what is made. One folder at a
 * time, as Node's own way never ends where the system says that a folder below an existing one cannot be there (/proc).
 */
function makePassable(folder: string): void {
  const missing: string[] = [];
  for (let one = folder; !existsSync(one); one = dirname(one)) missing.unshift(one);
  if (missing.length === 0 && !statSync(folder).isDirectory()) throw failure('EEXIST');
  for (const one of missing) {
    try {
      mkdirSync(one);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      // Another start has made it meanwhile, or it is a link that leads nowhere.
      if (!existsSync(one)) throw failure('ENOENT');
    }
    chmodSync(one, 0o711);
  }
}

function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

/** For commands, which tell the same links as the server: where that is reached, if this process holds the folder. */
export function noteUrl(dataDir: string, url: string): void {
  if (holderOf(dataDir)?.pid === process.pid) writeFileSync(join(resolve(dataDir), URL_FILE), url);
}

/** Where the server that holds the data folder is reached; null: none does, or it did not say. */
export function findUrl(dataDir: string): string | null {
  if (holderOf(dataDir) === null) return null;
  try {
    return readFileSync(join(resolve(dataDir), URL_FILE), 'utf8');
  } catch {
    return null;
  }
}

function linkLock(draft: string, file: string, folder: string): void {
  for (;;) {
    try {
      linkSync(draft, file);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = liveHolder(file);
      if (holder && holder.pid !== process.pid) throw new DataFolderInUseError(folder, holder.pid);
      rmSync(file, { force: true });
    }
  }
}

function holderOf(dataDir: string): Holder | null {
  return liveHolder(join(resolve(dataDir), LOCK_FILE));
}

/** Who holds the lock and is alive; null when nobody is. */
function liveHolder(file: string): Holder | null {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as Holder;
    return commandLineOf(holder.pid) === holder.commandLine ? holder : null;
  } catch {
    return null;
  }
}
