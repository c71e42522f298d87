import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import {
  findEmbeddedPostgres,
  type RunningPostgres,
  startEmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { DatabaseGoneError, DatabaseOutOfReachError } from '../../src/database/embedded/home.js';
import { keepPostgres } from '../../src/database/embedded/kept-postgres.js';
import { commandLineOf } from '../../src/process/processes.js';
import { takeDataFolder } from '../../src/runtime/data-folder.js';
import { endWithUs } from '../harness/end-with-us.js';
import { type TempFolder, tempFolder } from '../harness/temp-folder.js';
import { waitFor } from '../harness/wait-for.js';

let folder: TempFolder;
let dataDir: string;
const log: string[] = [];
let callOffs: (() => void)[] = [];

async function start(): Promise<RunningPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, log: (line) => log.push(line) });
  callOffs.push(endWithUs(postgres.pid, 'QUIT', folder.path));
  return postgres;
}

const postmaster = () =>
  Number(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);

async function query(url: string, sql: string, values?: unknown[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

beforeEach(() => {
  log.length = 0;
  folder = tempFolder();
  dataDir = folder.path;
});
afterEach(() => {
  for (const callOff of callOffs) callOff();
  callOffs = [];
  folder.remove();
});

describe('startEmbeddedPostgres', () => {
  it('keeps data and password between starts, and leaves no process behind', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    const pid = postmaster();
    await first.stop();
    expect(commandLineOf(pid)).toBeNull();
    expect(findEmbeddedPostgres(dataDir)).toBeNull();

    const second = await start();
    expect(second.url).toBe(first.url);
    await expect(query(second.url, 'SELECT n FROM kept')).resolves.toEqual([{ n: 7 }]);
    expect(findEmbeddedPostgres(dataDir)).toBe(second.url);
    await second.stop();
  });

  it('recovers what was committed before a kill -9', async () => {
    const killed = await start();
    await query(killed.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    process.kill(postmaster(), 'SIGKILL');
    const next = await start();
    await expect(query(next.url, 'SELECT n FROM kept')).resolves.toEqual([{ n: 7 }]);
    await next.stop();
  });

  it('is started again, on its URL, when it ends by itself, also where that takes more than one attempt', async () => {
    const warned: string[] = [];
    const warn = (line: string) => warned.push(line);
    const kept = await keepPostgres({ dataDir, log: (line) => log.push(line), warn });
    const runsAgain = async (times: number) => {
      const line = 'the embedded Postgres runs again';
      await waitFor(
        'Postgres to run again',
        () => log.filter((one) => one === line).length === times,
        60_000,
      );
      await expect(query(kept.url, 'SELECT n FROM kept')).resolves.toEqual([{ n: 7 }]);
    };
    await query(kept.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    process.kill(postmaster(), 'SIGKILL');
    await runsAgain(1);
    expect(warned).toEqual([expect.stringContaining('the embedded Postgres ended by itself')]);

    // As on a full disk: it ends, and does not start for as long as that lasts.
    const control = join(dataDir, 'postgres/data/global/pg_control');
    renameSync(control, `${control}.away`);
    process.kill(postmaster(), 'SIGKILL');
    await waitFor('an attempt to fail', () =>
      readFileSync(join(dataDir, 'postgres/log'), 'utf8').includes('pg_control'),
    );
    renameSync(`${control}.away`, control);
    await runsAgain(2);
    const pid = postmaster();
    await kept.stop();
    expect(commandLineOf(pid)).toBeNull();
  });

  it('is ended while it is being started again', async () => {
    const kept = await keepPostgres({
      dataDir,
      log: (line) => log.push(line),
      warn: (line) => log.push(line),
    });
    const control = join(dataDir, 'postgres/data/global/pg_control');
    renameSync(control, `${control}.away`);
    process.kill(postmaster(), 'SIGKILL');
    await waitFor('its end to be noticed', () => log.join().includes('ended by itself'));
    await kept.stop();
    renameSync(`${control}.away`, control);
    expect(findEmbeddedPostgres(dataDir)).toBeNull();
  });

  it('ends one that was left behind, and starts anew', async () => {
    await start();
    const orphan = postmaster();
    const next = await start();
    expect(log.join()).toContain(`process ${orphan}`);
    await waitFor('the orphan to be gone', () => commandLineOf(orphan) === null);
    await next.stop();
  });

  it('starts over after an initdb that was killed half way', async () => {
    mkdirSync(join(dataDir, 'postgres/data'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres/data/half-written'), '');
    const postgres = await start();
    await expect(query(postgres.url, 'SELECT 1 AS n')).resolves.toEqual([{ n: 1 }]);
    await postgres.stop();
  });

  it('is not stopped by a stale postmaster.pid that names a stranger', async () => {
    await (await start()).stop();
    writeFileSync(join(dataDir, 'postgres/data/postmaster.pid'), `${process.pid}\n`);
    await (await start()).stop();
  });

  it('takes another port when a stranger has taken its own', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    await first.stop();
    const stranger = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
    await once(stranger, 'listening');
    const second = await start();
    expect(second.url).not.toBe(first.url);
    await expect(query(second.url, 'SELECT n FROM kept')).resolves.toEqual([{ n: 7 }]);
    await second.stop();
    stranger.close();
  });

  it('listens on the loopback address alone, asks for its password, and shows it to nobody', async () => {
    const postgres = await start();
    const settings = 'SELECT name, setting FROM pg_settings WHERE name LIKE ANY ($1) ORDER BY name';
    await expect(
      query(postgres.url, settings, [['listen_addresses', 'unix_socket_directories', 'password_encryption']]),
    ).resolves.toEqual([
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'password_encryption', setting: 'scram-sha-256' },
      { name: 'unix_socket_directories', setting: '' },
    ]);
    const { password } = new URL(postgres.url);
    await expect(query(postgres.url.replace(password, 'guess'), 'SELECT 1')).rejects.toThrow(
      /password authentication failed/,
    );
    expect(statSync(join(dataDir, 'postgres/password')).mode & 0o777).toBe(0o600);
    await postgres.stop();
  });

  it('says what is missing when the password file was deleted, and touches no data', async () => {
    await (await start()).stop();
    rmSync(join(dataDir, 'postgres/password'));
    await expect(start()).rejects.toThrow(/password is missing/);
    expect(existsSync(join(dataDir, 'postgres/data/PG_VERSION'))).toBe(true);
  });

  it('gives the last lines of the log when Postgres does not start', async () => {
    await (await start()).stop();
    writeFileSync(join(dataDir, 'postgres/data/postgresql.conf'), 'no_such_setting = 1\n');
    await expect(start()).rejects.toThrow(/no_such_setting/);
  });

  const asRoot = process.getuid?.() === 0 ? describe : describe.skip;
  asRoot('as root', () => {
    const closeToOthers = () => chmodSync(dataDir, 0o700);
    const moved = () => readFileSync(join(dataDir, 'postgres/moved-to'), 'utf8');

    it('keeps data elsewhere, for good, when the data folder is closed to the user of Postgres', async () => {
      closeToOthers();
      const first = await start();
      await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
      expect(log.join()).toContain(moved());
      expect(findEmbeddedPostgres(dataDir)).toBe(first.url);
      await first.stop();
      log.length = 0;
      const second = await start();
      expect(log.join()).toContain(`not in ${join(dataDir, 'postgres')} but in ${moved()}`);
      await expect(query(second.url, 'SELECT n FROM kept')).resolves.toEqual([{ n: 7 }]);
      await second.stop();
      rmSync(moved(), { recursive: true });
      await expect(start()).rejects.toThrow(DatabaseGoneError);
    });

    it('lets its user pass, whatever the umask, also where an earlier start did not', async () => {
      const before = process.umask(0o077);
      try {
        // The folder of a new installation is made by the process that takes it.
        dataDir = join(dataDir, 'new', 'data');
        takeDataFolder(dataDir)();
        const beside = await start();
        expect(existsSync(join(dataDir, 'postgres/moved-to'))).toBe(false);
        await beside.stop();
        rmSync(join(dataDir, 'postgres'), { recursive: true });
        closeToOthers();
        await (await start()).stop();
        const binaries = join(moved(), readdirSync(moved()).find((name) => name.startsWith('native')) ?? '');
        for (const closed of [moved(), binaries, join(binaries, 'lib')]) chmodSync(closed, 0o700);
        await (await start()).stop();
      } finally {
        process.umask(before);
        rmSync(moved(), { recursive: true, force: true });
      }
    });

    it('starts no empty database in place of one that it can no longer reach', async () => {
      await (await start()).stop();
      closeToOthers();
      await expect(start()).rejects.toThrow(DatabaseOutOfReachError);
    });

    it('runs as the user who owns the data, so that starts by root and by a user may alternate', async () => {
      await (await start()).stop();
      spawnSync('chown', ['-R', '4321:4321', join(dataDir, 'postgres')]);
      const postgres = await start();
      expect(statSync(`/proc/${postgres.pid}`).uid).toBe(4321);
      await postgres.stop();
      expect(statSync(join(dataDir, 'postgres/log')).uid).toBe(4321);
      expect(statSync(join(dataDir, 'postgres/port')).uid).toBe(4321);
    });
  });
});
