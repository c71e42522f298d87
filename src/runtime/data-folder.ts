import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commandLineOf } from '../process/processes.js';

const LOCK_FILE = 'quittance.lock';

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

/**
 * Takes a data folder for this process; one that a killed process left locked is taken over.
 * @returns what gives it back
 * @throws DataFolderInUseError
 */
export function takeDataFolder(dataDir: string): () => void {
  const folder = resolve(dataDir);
  // Others may pass through, not look: for root, Postgres runs as another user below it.
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const file = join(folder, LOCK_FILE);
  for (;;) {
    try {
      const lock = openSync(file, 'wx', 0o600);
      writeSync(
        lock,
        JSON.stringify({ pid: process.pid, commandLine: commandLineOf(process.pid) } satisfies Holder),
      );
      closeSync(lock);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = readHolder(file);
      if (holder) throw new DataFolderInUseError(folder, holder.pid);
      rmSync(file, { force: true });
    }
  }
}

/** Who holds the lock and is alive; null when nobody is. */
function readHolder(file: string): Holder | null {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as Holder;
    return holder.pid !== process.pid && commandLineOf(holder.pid) === holder.commandLine ? holder : null;
  } catch {
    return null;
  }
}
