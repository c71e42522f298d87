import { accessSync, constants, existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { findHomeFolder } from '../database/embedded/home.js';
import { CannotListenError, tryPort } from '../process/ports.js';
import { type Finding, ok, problem, skipped, warning } from './finding.js';
import { type Subject } from './subject.js';

const MEBIBYTE = 2 ** 20;
/** Postgres stops at a full disk; its write-ahead log alone may take 256 MB. */
const TOO_LITTLE_MIB = 512;
const LITTLE_MIB = 2_048;

/** Where the embedded Postgres, the dev chain and made-up secrets are kept. */
export async function diskFindings({ settings }: Subject): Promise<Finding[]> {
  const isUsed = settings.databaseUrl === null || settings.nodeEnv !== 'production';
  if (!isUsed) return [skipped('disk', 'DATA_DIR is not used: the database is external')];
  // For root the database may lie elsewhere.
  const folder = findHomeFolder(settings.dataDir) ?? resolve(settings.dataDir);
  const there = nearestThere(folder);
  try {
    accessSync(there, constants.W_OK | constants.X_OK);
  } catch {
    return [problem('disk', `DATA_DIR ${folder} cannot be written`, 'fix its owner, or name another folder')];
  }
  const { bavail, bsize } = await statfs(there);
  const freeMib = Math.floor((bavail * bsize) / MEBIBYTE);
  const what = `${freeMib} MiB are free for DATA_DIR ${folder}`;
  if (freeMib < TOO_LITTLE_MIB)
    return [problem('disk', what, 'make room: a database on a full disk takes no more payments')];
  if (freeMib < LITTLE_MIB) return [warning('disk', what, 'make room, or put DATA_DIR on a larger disk')];
  return [ok('disk', what)];
}

function nearestThere(folder: string): string {
  for (let next = folder; ; next = dirname(next)) if (existsSync(next) || next === dirname(next)) return next;
}

/** Whether the API's port is free, or a Quittance has it already. */
export async function portFindings({ settings: { host, port, roles } }: Subject): Promise<Finding[]> {
  if (!roles?.includes('api') || port === null || host === null) return [];
  try {
    if ((await tryPort(port, host)) !== null) return [ok('port', `${host}:${port} is free`)];
  } catch (error) {
    if (error instanceof CannotListenError) return [problem('port', error.message, null)];
    throw error;
  }
  const isOurs = await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${port}/health/live`, {
    signal: AbortSignal.timeout(3_000),
  }).then(
    async (answer) => ['ok', 'stuck'].includes(((await answer.json()) as { status?: string }).status ?? ''),
    () => false,
  );
  if (isOurs) return [ok('port', `a running Quittance answers on ${host}:${port}`)];
  return [
    problem(
      'port',
      `${host}:${port} is in use by something else`,
      'stop what listens there, or set PORT and HOST',
    ),
  ];
}
