import { chownSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

export interface Owner {
  uid: number;
  gid: number;
}

/** Writes a file that only its owner may read, whole or not at all: a kill half way leaves the old one. */
export function writeWhole(file: string, text: string, owner: Owner | undefined): void {
  const draft = `${file}.new`;
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { mode: 0o600 });
  if (owner) chownSync(draft, owner.uid, owner.gid);
  renameSync(draft, file);
}

/** @returns null when there is no such file */
export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
