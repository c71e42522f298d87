import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CONNECTIONS = 32;

/** @returns requests per second; fails when any request did not answer 201 */
export async function load(
  url: string,
  seconds: number,
  headers: Record<string, string>,
  body: unknown,
): Promise<number> {
  const script = join(import.meta.dirname, 'load.ts');
  const args = [
    '--import',
    'tsx',
    script,
    url,
    String(CONNECTIONS),
    String(seconds),
    JSON.stringify(headers),
    JSON.stringify(body),
  ];
  const { stdout } = await run(process.execPath, args);
  const { perSecond, failed } = JSON.parse(stdout) as { perSecond: number; failed: number };
  if (failed > 0) throw new Error(`${failed} requests to ${url} failed`);
  return perSecond;
}
