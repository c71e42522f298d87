import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type QuittanceProcess } from './quittance-process.js';

/**
 * Runs lines of a shell as a page prints them. Its ports are the usual ones, ours are free ones: curl is told by its
 * settings, and the lines stay as they are.
 * @param folder where curl's settings may be written
 * @returns what they print
 */
export function runPrinted(lines: string, quittance: QuittanceProcess, folder: string): string {
  const ports: [number, string][] = [
    [3000, quittance.url],
    [8545, quittance.devChainUrl],
  ];
  const to = ports.map(([port, url]) => `connect-to = ":${port}:${new URL(url).host}"`);
  writeFileSync(join(folder, '.curlrc'), ['fail-with-body', 'show-error', ...to].join('\n'));
  const { status, stdout, stderr } = spawnSync('bash', ['-euc', lines], {
    env: { PATH: process.env.PATH, CURL_HOME: folder },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${lines}\nended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

export interface PrintedRequest {
  method: 'GET' | 'POST';
  path: string;
  /** JSON as printed; null where none is sent. */
  body: string | null;
}

/** The requests to our API that curl makes in lines of a shell. */
export function requestsIn(lines: string): PrintedRequest[] {
  return lines
    .split(/^curl /m)
    .slice(1)
    .flatMap((line) => {
      const path = /localhost:3000(\/api\S*)/.exec(line)?.[1];
      const body = /-d '([^']*)'/.exec(line)?.[1] ?? null;
      return path === undefined ? [] : [{ method: body === null ? 'GET' : 'POST', path, body } as const];
    });
}
