import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { runCommandLine } from '../../src/cli/program.js';
import { keepSaid, keepSecrets } from './said.js';
import './starts.js';

const CLI = join(import.meta.dirname, '../../dist/cli.js');

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

type Environment = Record<string, string>;

// As in a process of its own, where a command says nothing but what it writes. An app that starts later has its own.
Logger.overrideLogger(false);

/** What `quittance …` does, with nothing of our environment but what is given, and without a process for it. */
export async function quittance(args: string[], settings: Environment = {}): Promise<Ran> {
  const ran: Ran = { code: null, out: '', err: '' };
  const code = await runCommandLine(args, {
    environment: settings,
    out: (text) => (ran.out += text),
    err: (text) => (ran.err += text),
    isWatched: false,
    exitCode: 0,
  });
  return kept(args, settings, { ...ran, code });
}

/** `quittance …` as an operator runs it. A second for each: for what only a process of its own can show. */
export function quittanceProcess(args: string[], settings: Environment, cwd = '/'): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd,
      env: { PATH: process.env.PATH, ...settings },
    });
    const ran: Ran = { code: null, out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (ran.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (ran.err += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve(kept(args, settings, { ...ran, code })));
  });
}

function kept(args: string[], settings: Environment, ran: Ran): Ran {
  // These two print what they make, once, to whoever asked for it.
  const isSecret = /^(wallet new|key create)/.test(args.join(' '));
  keepSaid(isSecret ? ran.err : ran.out + ran.err);
  keepSecrets({ mnemonic: settings.MNEMONIC, texts: [passwordIn(settings.DATABASE_URL)] });
  return ran;
}

function passwordIn(url = ''): string | null {
  return URL.canParse(url) ? new URL(url).password : null;
}
