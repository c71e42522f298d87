import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The tests' Postgres with its template, as it was when a run had made it: the next run starts from a copy. Its name
 * is the hash of all that it was made by, so that a new migration makes a new one.
 */
const KEPT = join(import.meta.dirname, '../../node_modules/.cache/quittance-postgres');
const MADE_BY = ['src/database', 'src/queue', 'test/harness/start-run.ts', 'package-lock.json'];

/** @returns whether one was there, and is in the folder now */
export function takeCluster(dataDir: string): boolean {
  const kept = join(KEPT, nameOfCluster());
  return existsSync(kept) && copy(kept, dataDir);
}

/** Of a Postgres that has been stopped. */
export function keepCluster(dataDir: string): void {
  mkdirSync(KEPT, { recursive: true });
  const draft = join(KEPT, `draft-${process.pid}`);
  mkdirSync(draft);
  if (!copy(dataDir, draft)) return rmSync(draft, { recursive: true, force: true });
  const name = nameOfCluster();
  for (const old of readdirSync(KEPT).filter((one) => one !== name && !one.startsWith('draft-'))) {
    rmSync(join(KEPT, old), { recursive: true, force: true });
  }
  // Another run may have been quicker.
  if (existsSync(join(KEPT, name))) rmSync(draft, { recursive: true, force: true });
  else renameSync(draft, join(KEPT, name));
}

function copy(from: string, to: string): boolean {
  return spawnSync('cp', ['-R', '-p', `${from}/.`, to]).status === 0;
}

function nameOfCluster(): string {
  const root = join(import.meta.dirname, '../..');
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const path of MADE_BY.map((one) => join(root, one))) {
    const files = statSync(path).isFile() ? [path] : filesIn(path);
    for (const file of files) hash.update(`${file}\n`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .sort()
    .map((name) => join(folder, name));
}
