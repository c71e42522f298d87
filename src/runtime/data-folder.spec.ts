import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataFolderUnusableError, takeDataFolder } from './data-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quittance-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);
const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('DATA_DIR', () => {
  it('is made so that others may pass, and left as it is where it was there', () => {
    mkdirSync(at('there'));
    chmodSync(at('there'), 0o700);
    takeDataFolder(at('there', 'new', 'data'))();
    expect([at('there'), at('there', 'new'), at('there', 'new', 'data')].map(modeOf)).toEqual([
      0o700, 0o711, 0o711,
    ]);
  });

  it('that no folder can be made at is refused in a sentence that names it', () => {
    writeFileSync(at('file'), '');
    symlinkSync(at('gone'), at('nowhere'));
    for (const [path, why] of [
      [at('file'), /cannot be used: it is a file; name a folder/],
      [at('file', 'below'), /cannot be used: a part of its path is a file/],
      [at('nowhere', 'below'), /cannot be used: no folder can be made there/],
      [at('x'.repeat(300)), /cannot be used: a part of its path is too long/],
      // Whose way of making folders one below the other would never end here.
      ...(process.platform === 'linux'
        ? [['/proc/x/data', /cannot be used: no folder can be made there/] as const]
        : []),
    ] as const) {
      expect(() => takeDataFolder(path)).toThrow(DataFolderUnusableError);
      expect(() => takeDataFolder(path)).toThrow(why);
    }
  });
});
