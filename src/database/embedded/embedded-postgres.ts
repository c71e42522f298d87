import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../process/ports.js';
import { ended, endProcess, isRunning } from '../../process/processes.js';
import { type PostgresHome, prepareHome } from './home.js';

const USER = 'quittance';
const DATABASE = 'quittance';
const FIRST_PORT = 54_320;
const START_TIMEOUT_MS = 60_000;
/** SIGINT is Postgres's fast shutdown; SIGQUIT its immediate one, from which it recovers at the next start. */
const STOP = { ask: 'SIGINT', insist: 'SIGQUIT', afterMs: 10_000 } as const;

export interface RunningPostgres {
  url: string;
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  dataDir: string;
  log: (line: string) => void;
}

/**
 * Starts the Postgres of a data folder, with what it held before. One that an earlier, killed Quittance left behind
 * is ended first.
 * @throws NoEmbeddedPostgresError; Error with the last lines of Postgres's log when it does not start
 */
export async function startEmbeddedPostgres({
  dataDir,
  log,
}: EmbeddedPostgresOptions): Promise<RunningPostgres> {
  const home = await prepareHome(dataDir, log);
  const cluster = join(home.folder, 'data');
  await endOrphan(cluster, log);
  const password = passwordOf(home);
  if (!existsSync(join(cluster, 'PG_VERSION'))) initialise(home, cluster);
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const port = await freePort(rememberedPort(home));
    const child = launch(home, cluster, port);
    const url = urlOf(password, port);
    if (await answers(url, child, deadline)) {
      writeFileSync(join(home.folder, 'port'), String(port));
      await ensureDatabase(url);
      return { url, stop: () => stop(child, cluster) };
    }
    // Backends of a killed Postgres hold its shared memory for a moment longer.
    if (Date.now() > deadline || !/shared memory block|lock file/.test(lastLines(home))) {
      throw new Error(
        `the embedded Postgres did not start. Its log (${join(home.folder, 'log')}) ends:\n${lastLines(home)}`,
      );
    }
    await delay(200);
  }
}

/** The URL of the Postgres that runs on a data folder now; null when none does. */
export async function findEmbeddedPostgres(dataDir: string): Promise<string | null> {
  const home = await prepareHome(dataDir, () => undefined);
  const pid = postmasterPid(join(home.folder, 'data'));
  if (pid === null || !isRunning(pid, home.folder)) return null;
  return urlOf(passwordOf(home), rememberedPort(home));
}

function urlOf(password: string, port: number): string {
  return `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
}

function passwordOf({ folder, user }: PostgresHome): string {
  const file = join(folder, 'password');
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(24).toString('hex'), { mode: 0o600 });
    if (user) chownSync(file, user.uid, user.gid);
  }
  return readFileSync(file, 'utf8');
}

function rememberedPort({ folder }: PostgresHome): number {
  const file = join(folder, 'port');
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : FIRST_PORT;
}

/** Into a folder of another name first: an initdb that was killed half way leaves nothing that looks ready. */
function initialise({ folder, binaries, user }: PostgresHome, cluster: string): void {
  const draft = `${cluster}.new`;
  rmSync(draft, { recursive: true, force: true });
  rmSync(cluster, { recursive: true, force: true });
  const result = spawnSync(
    binaries.initdb,
    [
      '-D',
      draft,
      '-U',
      USER,
      `--pwfile=${join(folder, 'password')}`,
      '-A',
      'scram-sha-256',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-instructions',
    ],
    { ...user, cwd: folder, encoding: 'utf8' },
  );
  if (result.status !== 0) throw new Error(`initdb failed: ${result.stderr || result.error?.message}`);
  renameSync(draft, cluster);
}

function launch({ folder, binaries, user }: PostgresHome, cluster: string, port: number): ChildProcess {
  mkdirSync(folder, { recursive: true });
  const log = openSync(join(folder, 'log'), 'w', 0o600);
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    max_wal_size: '256MB',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // In a process group of its own: Ctrl-C in a terminal goes to the whole group, and Postgres has to end last.
  const child = spawn(binaries.postgres, ['-D', cluster, ...flags], {
    ...user,
    cwd: folder,
    detached: true,
    stdio: ['ignore', log, log],
  });
  child.on('error', () => undefined);
  child.unref();
  return child;
}

async function answers(url: string, child: ChildProcess, deadline: number): Promise<boolean> {
  while (
    child.exitCode === null &&
    child.signalCode === null &&
    child.pid !== undefined &&
    Date.now() < deadline
  ) {
    const client = new pg.Client({ connectionString: maintenanceUrl(url) });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch {
      await delay(25);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  return false;
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: maintenanceUrl(url) });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

function maintenanceUrl(url: string): string {
  return url.replace(/\/[^/]*$/, '/postgres');
}

async function stop(child: ChildProcess, cluster: string): Promise<void> {
  if (child.pid === undefined) return;
  await endProcess(child.pid, cluster, STOP);
  await ended(child);
}

/** A postmaster.pid that names a process which is none of ours would keep Postgres from starting. */
async function endOrphan(cluster: string, log: (line: string) => void): Promise<void> {
  const pid = postmasterPid(cluster);
  if (pid === null) return;
  if (!isRunning(pid, cluster)) {
    rmSync(join(cluster, 'postmaster.pid'), { force: true });
    return;
  }
  log(`ending the Postgres (process ${pid}) that a killed Quittance left behind`);
  await endProcess(pid, cluster, STOP);
}

function postmasterPid(cluster: string): number | null {
  try {
    return Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0]) || null;
  } catch {
    return null;
  }
}

function lastLines({ folder }: PostgresHome): string {
  return readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').slice(-8).join('\n');
}
