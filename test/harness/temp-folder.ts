import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempFolder {
  path: string;
  remove(): void;
}

/** Open to other users, since Postgres for root runs as one. */
export function tempFolder(): TempFolder {
  const path = mkdtempSync(join(tmpdir(), 'quittance-test-'));
  chmodSync(path, 0o755);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
