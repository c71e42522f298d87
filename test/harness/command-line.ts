import { spawn } from 'node:child_process';
import { join } from 'node:path';

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
    child.once('close', (code) => resolve({ ...ran, code }));
  });
}
