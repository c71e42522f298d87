import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is in memory on most Linux machines; a few hundred databases a minute keep a disk's file system busy. */
const IN_MEMORY = '/dev/shm';
/** Of two workers' databases and of Postgres's log of what it wrote, with room to spare. */
const NEEDED_BYTES = 2 * 1024 ** 3;

export interface TempFolder {
  path: string;
  remove(): void;
}

/** Open to other users, since Postgres for root runs as one. In memory, where there is enough for it. */
export function tempFolder(): TempFolder {
  const path = mkdtempSync(join(hasRoom(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'quittance-test-'));
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= NEEDED_BYTES;
  } catch {
    return false;
  }
}
