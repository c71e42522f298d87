import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { envFileProblems } from './env-file.js';
import { readChains } from './load-chains.js';
import { loadSettings } from './load-settings.js';
import { readText } from './read-text.js';

const folder = mkdtempSync(join(tmpdir(), 'quittance-text-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (bytes: Buffer) => {
  const path = join(folder, 'file');
  writeFileSync(path, bytes);
  return path;
};
const CHAIN = `- name: local
  chain_id: 31337
  rpc_urls: [http://127.0.0.1:8545]
  block_time_ms: 1000
  confirmations: 1
  native: { symbol: ETH, decimals: 18 }\r\n`;

describe('files as editors on Windows save them', () => {
  it('are read without the byte order mark before them', () => {
    const path = fileOf(Buffer.from(`\ufeff${CHAIN}`));
    expect(readText(path)).toBe(CHAIN);
    expect(readChains(path)).toMatchObject({ problems: [], chains: [{ name: 'local' }] });
  });

  it('are refused in UTF-16, of which nothing would be read', () => {
    const said = /UTF-16.*save it as UTF-8/;
    const utf16 = (text: string) => fileOf(Buffer.from(`\ufeff${text}`, 'utf16le'));
    expect(readChains(utf16(CHAIN)).problems).toMatchObject([{ what: expect.stringMatching(said) }]);
    expect(envFileProblems(utf16('PORT=3000'))).toMatchObject([{ what: expect.stringMatching(said) }]);
    const secret = { WEBHOOK_SECRET_FILE: utf16('a secret of a good length') };
    expect(() => loadSettings(secret)).toThrow(said);
  });
});
