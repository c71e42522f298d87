import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { keepSaid, keepSecrets } from './said.js';

const CLI = join(import.meta.dirname, '../../dist/cli.js');

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** `quittance …` as an operator runs it, with nothing of our environment but what is given. */
export function quittance(args: string[], settings: Record<string, string>, cwd = '/'): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd,
      env: { PATH: process.env.PATH, ...settings },
    });
    const ran: Ran = { code: null, out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (ran.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (ran.err += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      // These two print what they make, once, to whoever asked for it.
      const isSecret = /^(wallet new|key create)/.test(args.join(' '));
      keepSaid(isSecret ? ran.err : ran.out + ran.err);
      keepSecrets({ mnemonic: settings.MNEMONIC, texts: [passwordIn(settings.DATABASE_URL)] });
      resolve({ ...ran, code });
    });
  });
}

function passwordIn(url = ''): string | null {
  return URL.canParse(url) ? new URL(url).password : null;
}
