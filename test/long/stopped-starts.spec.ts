import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import pg from 'pg';
import { writeChainsFile } from '../harness/chains-file.js';
import { createDatabase } from '../harness/database.js';
import { ProductionWorld } from '../harness/production-world.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { runCommand } from '../harness/terminal.js';
import { waitFor } from '../harness/wait-for.js';

/** It takes tenths of a second; work in flight, of which there is none yet, would have 15. */
const AT_ONCE_MS = 6_000;

let world: ProductionWorld;
let silent: Server;
let silentPort: number;
const held = new Set<Socket>();
beforeAll(async () => {
  world = await ProductionWorld.start();
  silent = createServer((socket) => {
    held.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  silentPort = (silent.address() as { port: number }).port;
});
afterAll(async () => {
  for (const socket of held) socket.destroy();
  silent?.close();
  await world?.stop();
});

async function endsAtOnce(start: QuittanceProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  const toldAtMs = performance.now();
  expect(await start.end(signal)).toBe(0);
  expect(performance.now() - toldAtMs).toBeLessThan(AT_ONCE_MS);
  expect(start.output).not.toMatch(/did not (start|end)/);
}

describe('a start that is told to stop', () => {
  it('in the middle of a migration takes it back, leaves nobody at it, and is made up for by the next', async () => {
    const { url, dataSource } = world.database;
    const migrate = (option: string) => runCommand(['migrate', option], world.settings);
    while (!(await migrate('--status')).out.includes('ReplayIndexes'))
      expect((await migrate('--revert')).code).toBe(0);
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    // A snapshot that an index which is made beside others has to wait for.
    await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await other.query('SELECT FROM events LIMIT 1');
    await other.query('LOCK TABLE events IN ROW EXCLUSIVE MODE');
    const start = await QuittanceProcess.spawn(world.folder.path, world.settings);
    const migrating = async () =>
      (
        await dataSource.query<{ wait: string }[]>(
          `SELECT wait_event_type AS wait FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = 'quittance migration' AND state = 'active'`,
        )
      ).map(({ wait }) => wait);
    await waitFor('the migration to wait', async () => (await migrating()).includes('Lock'), 60_000);
    await endsAtOnce(start);
    await waitFor('its session to end', async () => (await migrating()).length === 0);
    await other.end();
    const invalid = await dataSource.query('SELECT FROM pg_index WHERE NOT indisvalid');
    const next = await QuittanceProcess.start(world.folder.path, world.settings);
    expect(await next.end()).toBe(0);
    expect((await migrate('--status')).code).toBe(0);
    expect(await dataSource.query('SELECT FROM pg_index WHERE NOT indisvalid')).toEqual([]);
    expect(invalid.length).toBeLessThanOrEqual(1);
  });

  it('while nodes, the queue or the database say nothing', async () => {
    const chainsFile = join(world.folder.path, 'silent.yaml');
    writeChainsFile(chainsFile, { ...world.chain.config, rpcUrls: [`http://127.0.0.1:${silentPort}`] });
    const fresh = await createDatabase();
    for (const settings of [
      { ...world.settings, DATABASE_URL: fresh.url, CHAINS_FILE: chainsFile },
      { ...world.settings, REDIS_URL: `redis://127.0.0.1:${silentPort}` },
      { ...world.settings, DATABASE_URL: `postgres://somebody@127.0.0.1:${silentPort}/x` },
    ]) {
      held.clear();
      const start = await QuittanceProcess.spawn(world.folder.path, settings);
      await waitFor('the start to ask', () => held.size > 0, 60_000);
      await endsAtOnce(start, 'SIGINT');
    }
    await fresh.drop();
  });
});
