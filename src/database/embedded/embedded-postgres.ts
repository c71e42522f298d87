import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, unusedPort } from '../../process/ports.js';
import { ended } from '../../process/processes.js';
import { PostgresClient } from '../postgres-client.js';
import { clusterOf, passwordFile, prepareCluster, USER } from './cluster.js';
import { findHomeFolder, type PostgresHome, prepareHome } from './home.js';
import { endOrphan, endPostmaster, findPostmaster } from './postmaster.js';
import { readIfThere, writeWhole } from './small-file.js';
import { steadyMs } from '../../process/steady-time.js';

const DATABASE = 'quittance';
const START_TIMEOUT_MS = 60_000;
const ATTEMPT_TIMEOUT_MS = 5_000;
/** Backends of a killed Postgres hold its shared memory for a moment; a port may go to someone else meanwhile. */
const PASSING = /shared memory block|lock file|could not bind|Address already in use/;
/** A log that has grown beyond this begins anew at the next start. */
const MOST_LOG_BYTES = 2 ** 20;
/** cannot_connect_now: it is there, and recovers what it had written before a crash. */
const STARTING_UP = '57P03';

export interface RunningPostgres {
  url: string;
  pid: number;
  /** Where its files are. */
  folder: string;
  /** Resolves when the process has ended, by whatever. */
  ended: Promise<unknown>;
  /** The end of its log. */
  lastWords(): string;
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  dataDir: string;
  log: (line: string) => void;
  /** The port it had, where others hold its URL already. */
  port?: number;
  /** Ends the start. */
  signal?: AbortSignal;
}

/** How much a Postgres needs to start: two segments of its write-ahead log. */
const LEAST_FREE_BYTES = 32 * 2 ** 20;

export class PostgresDidNotStartError extends Error {
  constructor(
    readonly folder: string,
    said: string,
    options: ErrorOptions,
  ) {
    const where = join(folder, 'log');
    super(
      `the embedded Postgres did not start.${roomNeeded(folder)} Its log (${where}) ends:\n${said}`,
      options,
    );
  }

  get isDiskFull(): boolean {
    return isDiskFull(this.folder);
  }
}

/**
 * Starts the Postgres of a data folder, with what it held before. One that an earlier, killed Quittance left behind
 * is ended first: the caller has made sure that no other Quittance uses the folder now.
 * @throws whatever `prepareHome` does; PostgresDidNotStartError
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<RunningPostgres> {
  const home = await prepareHome(options.dataDir, options.log);
  await endOrphan(clusterOf(home.folder), options.log);
  const password = prepareCluster(home);
  const deadline = steadyMs() + START_TIMEOUT_MS;
  for (;;) {
    const remembered = rememberedPort(home);
    const port = options.port ?? (await (remembered === null ? unusedPort() : freePort(remembered)));
    const postgres = await launch(home, port, urlOf(password, port));
    try {
      await untilAnswering(postgres, deadline, options.signal);
      await ensureDatabase(postgres.url);
      // A disk that has just enough room for Postgres may have none for this.
      if (port !== remembered) writeWhole(join(home.folder, 'port'), String(port), home.user);
      return postgres;
    } catch (error) {
      await postgres.stop();
      const said = postgres.lastWords();
      options.signal?.throwIfAborted();
      if (steadyMs() < deadline && PASSING.test(said)) {
        await delay(200);
        continue;
      }
      throw new PostgresDidNotStartError(home.folder, said, { cause: error });
    }
  }
}

/** Whether the disk of a folder has too little room for Postgres to start on it. */
export function isDiskFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < LEAST_FREE_BYTES;
}

/** For a message; nothing where there is room. */
export function roomNeeded(folder: string): string {
  if (!isDiskFull(folder)) return '';
  return ` The disk of ${folder} is full: it needs ${LEAST_FREE_BYTES / 2 ** 20} MB free.`;
}

/** The URL of the Postgres that runs on a data folder now; null when none does. */
export function findEmbeddedPostgres(dataDir: string): string | null {
  const folder = findHomeFolder(dataDir);
  const postmaster = folder === null ? null : findPostmaster(clusterOf(folder));
  if (folder === null || postmaster === null) return null;
  return urlOf(readFileSync(passwordFile(folder), 'utf8'), postmaster.port);
}

function urlOf(password: string, port: number): string {
  return `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`;
}

/**
 * URLs that people keep, in a database browser say, stay good from one start to the next. The first is any: several
 * Quittances on a machine would otherwise take each other's port whenever one of them is started again.
 */
function rememberedPort({ folder }: PostgresHome): number | null {
  const port = readIfThere(join(folder, 'port'));
  return port === null ? null : Number(port);
}

interface LaunchedPostgres extends RunningPostgres {
  child: ChildProcess;
}

async function launch(home: PostgresHome, port: number, url: string): Promise<LaunchedPostgres> {
  const { folder, binaries, user } = home;
  const cluster = clusterOf(folder);
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    max_wal_size: '256MB',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openLog(home);
  const said = fstatSync(log).size;
  // In a process group of its own: Ctrl-C in a terminal goes to the whole group, and Postgres has to end last.
  const child = spawn(binaries.postgres, ['-D', cluster, ...flags], {
    ...user,
    cwd: folder,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  await once(child, 'spawn');
  child.unref();
  const pid = child.pid as number;
  const stop = async () => {
    await endPostmaster(pid, cluster);
    await ended(child);
  };
  const lastWords = () => lastLines(readFileSync(join(folder, 'log')).subarray(said).toString());
  return { child, url, pid, folder, ended: once(child, 'exit'), lastWords, stop };
}

/** What it said before it was started last is kept, so that the cause of an end can be found: see MOST_LOG_BYTES. */
function openLog({ folder, user }: PostgresHome): number {
  const file = join(folder, 'log');
  const isLong = existsSync(file) && statSync(file).size > MOST_LOG_BYTES;
  const log = openSync(file, isLong ? 'w' : 'a', 0o600);
  if (user) chownSync(file, user.uid, user.gid);
  return log;
}

/** Recovery takes as long as it takes; silence does not. */
async function untilAnswering(
  { child, url }: LaunchedPostgres,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const refusal = await tryConnecting(url);
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error('Postgres ended', refusal ?? {});
    if (refusal === null) return;
    const { code } = refusal.cause as { code?: string };
    if (code !== STARTING_UP && steadyMs() > deadline) throw new Error('Postgres does not answer', refusal);
    await delay(25);
  }
}

/** @returns null when Postgres let us in */
async function tryConnecting(url: string): Promise<{ cause: unknown } | null> {
  try {
    await query(url, 'SELECT 1');
    return null;
  } catch (cause) {
    return { cause };
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const found = await query(url, `SELECT FROM pg_database WHERE datname = '${DATABASE}'`);
  if (found === 0) await query(url, `CREATE DATABASE ${DATABASE}`);
}

/** @returns how many rows came */
async function query(url: string, sql: string): Promise<number> {
  const connectionString = url.replace(/\/[^/]*$/, '/postgres');
  const client = new PostgresClient({ connectionString, connectionTimeoutMillis: ATTEMPT_TIMEOUT_MS });
  try {
    await client.connect();
    return (await client.query(sql)).rowCount ?? 0;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-8).join('\n');
}
