import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionsGiven, tooFewConnections } from '../../src/database/connections-given.js';
import { requireOwnSessions } from '../../src/database/own-sessions.js';
import { migrateSchemas } from '../../src/runtime/schemas.js';
import { TestApp } from '../harness/app.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { hasPgBouncer, type RunningPgBouncer, startPgBouncer } from '../harness/pgbouncer.js';
import { Receiver } from '../harness/receiver.js';
import { runCommand } from '../harness/terminal.js';
import { waitFor } from '../harness/wait-for.js';

const pooled = hasPgBouncer() ? describe : describe.skip;

pooled('behind PgBouncer', () => {
  let database: TestDatabase;
  let pooler: RunningPgBouncer | null = null;

  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database?.drop());

  const behind = async (
    mode: 'session' | 'transaction' | 'statement',
    work: (url: string) => Promise<void>,
  ) => {
    pooler = await startPgBouncer(database.url, mode);
    try {
      await work(pooler.url);
    } finally {
      await pooler.stop();
    }
  };

  it('in session mode, as it comes, all works: migrations, locks, the queue, webhooks', async () => {
    await behind('session', async (url) => {
      await migrateSchemas({ url, hasQueue: true }, { say: () => undefined });
      const receiver = await Receiver.start();
      const app = await TestApp.start({
        database: { ...database, url },
        settings: { webhookUrl: receiver.url },
      });
      try {
        const endpoints = await app.request<{ data: { id: string }[] }>('GET', '/api/v1/webhook-endpoints');
        const path = `/api/v1/webhook-endpoints/${endpoints.body.data[0]?.id}`;
        const event = await app.request<{ id: string }>('POST', `${path}/test`, {});
        expect(event.status).toBeLessThan(300);
        const ready = await waitFor('the queue to answer', async () => {
          const answer = await app.request<{ parts: { queue: string } }>('GET', '/health/ready');
          return answer.status === 200 && answer.body;
        });
        expect(ready.parts.queue).toBe('ok');
        expect(app.log.filter((line) => line.includes('the queue does not answer'))).toEqual([]);
      } finally {
        await app.close();
        await receiver.stop();
      }
    });
  });

  it.each(['transaction', 'statement'] as const)(
    'in %s mode a start is refused, and says why',
    async (mode) => {
      await behind(mode, async (url) => {
        await expect(requireOwnSessions(url)).rejects.toThrow(/pool_mode=session/);
        const { code, err } = await runCommand(['migrate'], { DATABASE_URL: url });
        expect(code).toBe(1);
        expect(err).toMatch(/^DATABASE_URL leads to a connection pooler in transaction mode/);
      });
    },
  );
});

describe('straight on Postgres', () => {
  it('a session is our own', async () => {
    const database = await createDatabase();
    await expect(requireOwnSessions(database.url)).resolves.toBeUndefined();
    await database.drop();
  });
});

describe('a role that is given few connections', () => {
  it('is told how many, and what to raise', async () => {
    const database = await createDatabase();
    const role = `few_${new URL(database.url).pathname.slice(1)}`;
    const url = new URL(database.url);
    url.username = role;
    url.password = 'word';
    try {
      await database.dataSource.query(`CREATE ROLE ${role} LOGIN PASSWORD 'word' CONNECTION LIMIT 3`);
      expect(await connectionsGiven(url.href, 5)).toBe(3);
      expect(tooFewConnections(3, 5)).toMatch(/gives us 3 connections .*raise default_pool_size/);
      expect(tooFewConnections(await connectionsGiven(url.href, 3), 3)).toBeNull();
    } finally {
      await database.dataSource.query(`DROP ROLE IF EXISTS ${role}`);
      await database.drop();
    }
  });
});
