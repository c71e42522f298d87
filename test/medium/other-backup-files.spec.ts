import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from '@jest/globals';
import { tempFolder } from '../harness/temp-folder.js';
import { BackupWriter } from '../../src/backup/backup-format.js';
import { checkBackup } from '../../src/backup/restore.js';

const folder = tempFolder();
afterAll(() => folder.remove());

function file(content: Buffer | string): string {
  const path = join(folder.path, 'file');
  writeFileSync(path, content);
  return path;
}

const writer = new BackupWriter();
const backup = gzipSync(
  Buffer.concat([
    writer.header({
      format: 'quittance-backup',
      format_version: 1,
      quittance: '0.1.0',
      made_at: '2026-11-27T00:00:00.000Z',
      postgres: '18',
      migrations: [],
      wallets: [],
      encryption_key_ids: [],
    }),
    writer.table('merchants', ['id']),
    writer.rowsOf('merchants', Buffer.from('1\n')),
    writer.tableEnd(),
    writer.sequences({}),
    writer.trailer().text,
  ]),
);

describe('a file that is taken for a backup', () => {
  it('is one, packed as it was written or unpacked since', async () => {
    for (const content of [backup, gunzipSync(backup)])
      await expect(checkBackup(file(content))).resolves.toMatchObject({ rows: { merchants: 1 } });
  });

  it.each([
    ['nothing', '', /it is empty/],
    ['another gzip', gzipSync('hello\nworld\n'), /no backup made by quittance backup/],
    ['one line', gzipSync('hello'), /no backup made by quittance backup/],
    ['a backup packed twice', gzipSync(backup), /compressed twice: gunzip it once/],
    ['a backup of which the end is missing', backup.subarray(0, -20), /unexpected end of file/],
    ['a dump of pg_dump', Buffer.from('PGDMP\u0001\u000e\n'), /give it to pg_restore/],
    ['a plain dump', '--\n-- PostgreSQL database dump\n--\n', /give it to psql/],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 10]), /compressed with zstd/],
    ['another JSON', '{"format":"else"}\n', /no backup made by quittance backup/],
    ['noise without a line end', Buffer.alloc(4_000_000, 7), /no backup made by quittance backup/],
  ])('is not one when it is %s, and is told from it', async (_what, content, why) => {
    await expect(checkBackup(file(content))).rejects.toThrow(why);
    await expect(checkBackup(file(content))).rejects.toThrow(/cannot be restored/);
  });

  it('is no folder', async () => {
    const path = join(folder.path, 'folder');
    mkdirSync(path);
    await expect(checkBackup(path)).rejects.toThrow(/it is a folder/);
  });
});
