import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import {
  findEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { commandLineOf } from '../../src/process/processes.js';
import { type TempFolder, tempFolder } from '../harness/temp-folder.js';
import { waitFor } from '../harness/wait-for.js';

let folder: TempFolder;
let dataDir: string;
const log: string[] = [];
const start = () => startEmbeddedPostgres({ dataDir, log: (line) => log.push(line) });
const postmaster = () =>
  Number(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql);
  await client.end();
  return rows;
}

beforeEach(() => {
  log.length = 0;
  folder = tempFolder();
  dataDir = folder.path;
});
afterEach(() => folder.remove());

describe('startEmbeddedPostgres', () => {
  it('keeps data and password between starts, and leaves no process behind', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    const pid = postmaster();
    await first.stop();
    expect(commandLineOf(pid)).toBeNull();
    await expect(findEmbeddedPostgres(dataDir)).resolves.toBeNull();

    const second = await start();
    expect(second.url).toBe(first.url);
    await expect(query(second.url, 'SELECT n FROM kept')).resolves.toEqual([{ n: 7 }]);
    await expect(findEmbeddedPostgres(dataDir)).resolves.toBe(second.url);
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
});
