import { describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { createPino, PinoLogger } from '../../src/http/pino-logger.js';
import { TEST_MNEMONIC, TEST_SECRET } from './app.js';
import { leaksIn } from './leaks.js';
import { requireNothingLeaked, keepSaid, keepSecrets, SAID_VARIABLE } from './said.js';
import { tempFolder } from './temp-folder.js';

const KEY = `0x${'7a'.repeat(32)}`;
const secrets = { mnemonics: [TEST_MNEMONIC], texts: [KEY, TEST_SECRET, 'a-password-of-some-length'] };
const deposit = (index: number) =>
  HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), `m/44'/60'/0'/0/${index}`).privateKey;

/** A line as the app writes it, with something in it that should not be there. */
function logged(message: unknown): string {
  const lines: string[] = [];
  new PinoLogger(createPino('debug', { write: (line: string) => lines.push(line) })).log(message, 'Test');
  return lines.join('');
}

describe('the search for secrets in what a run has said', () => {
  it.each([
    ['the mnemonic', TEST_MNEMONIC],
    ['a part of it', TEST_MNEMONIC.split(' ').slice(4, 9).join(' ')],
    ['a deposit address’s key', deposit(0)],
    ['another one’s, bare and in capitals', deposit(90).slice(2).toUpperCase()],
    ['a key that was given', KEY.slice(2)],
    ['a webhook secret', TEST_SECRET],
    ['any API key', `qk_${'x'.repeat(43)}`],
    ['a password', 'a-password-of-some-length'],
  ])('finds %s in a log line', (_what, secret) => {
    const found = leaksIn(['{"level":30}', logged({ note: `said ${secret} aloud` })], secrets);
    expect(found).toHaveLength(1);
    expect(found[0]).not.toContain(secret);
  });

  it('leaves hashes, addresses and the dev key that a start prints alone', () => {
    const lines = [`{"hash":"0x${'12'.repeat(32)}"}`, `  dev key    qk_${'x'.repeat(43)}`, 'thank you'];
    expect(leaksIn(lines, secrets)).toEqual([]);
  });

  it('fails the run', async () => {
    const folder = tempFolder();
    const before = process.env[SAID_VARIABLE];
    process.env[SAID_VARIABLE] = folder.path;
    keepSecrets({ mnemonic: TEST_MNEMONIC, texts: [KEY, null] });
    keepSaid('nothing');
    await requireNothingLeaked(folder.path);
    keepSaid(`{"msg":"signing with ${KEY}"}`);
    await expect(requireNothingLeaked(folder.path)).rejects.toThrow(
      /secrets were logged or printed, 1 times/,
    );
    process.env[SAID_VARIABLE] = before;
    folder.remove();
  });
});
