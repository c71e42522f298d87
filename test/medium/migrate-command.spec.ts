import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPostgresBackend, Queue } from 'bullmq';
import pg from 'pg';
import { migrate } from '../../src/database/migrate.js';
import { WEBHOOK_QUEUE } from '../../src/queue/queue-names.js';
import { migrateSchemas, requireSchemas } from '../../src/runtime/schemas.js';
import { TestApp } from '../harness/app.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { Receiver } from '../harness/receiver.js';
import { runCommand } from '../harness/terminal.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase({ empty: true });
});
afterAll(() => database?.drop());

const run = (...args: string[]) =>
  runCommand(['migrate', ...args], { NODE_ENV: 'production', DATABASE_URL: database.url });
const here = () => ({ url: database.url, hasQueue: true });

describe('quittance migrate', () => {
  it('makes both schemas of an empty database, says what is missing, and takes the newest back', async () => {
    await expect(requireSchemas(here())).rejects.toThrow(/run: quittance migrate/);
    const before = await run('--status');
    expect(before).toMatchObject({ code: 2, err: '' });
    expect(before.out).toMatch(/^missing {2}FirstPayment\d+$/m);
    expect(before.out).toMatch(/^missing {2}the queue’s schema \(bullmq\)$/m);

    const made = await run('--json');
    expect(made).toMatchObject({ code: 0, err: '' });
    const { applied } = JSON.parse(made.out) as { applied: string[] };
    expect(applied).toHaveLength(database.dataSource.migrations.length + 1);
    await expect(requireSchemas(here())).resolves.toBeUndefined();
    expect(await run('--status')).toEqual({ code: 0, err: '', out: 'the schema is up to date\n' });
    expect(await run()).toEqual({ code: 0, err: '', out: 'the schema was up to date already\n' });

    const newest = String(applied.at(-2));
    expect((await run('--revert')).out).toBe(`reverted  ${newest}\n`);
    expect(await run('--status')).toMatchObject({ code: 2, out: `missing  ${newest}\n` });
    expect((await run()).out).toBe(`applied  ${newest}\n`);
  });

  it('refuses a database that a newer version has used, by every way, and changes nothing', async () => {
    await run();
    const query = (sql: string) => database.dataSource.query<unknown[]>(sql);
    const name = 'FromTheFuture1999000000000';
    await query(`INSERT INTO migrations (timestamp, name) VALUES (1999000000000, '${name}')`);
    const asked = await run('--status');
    expect(asked).toMatchObject({ code: 2, out: `unknown  ${name}\n` });
    expect(asked.err).toMatch(/newer version of Quittance .* restore the backup/);
    for (const args of [[], ['--revert']])
      expect(await run(...args)).toMatchObject({ code: 1, out: '', err: expect.stringContaining(name) });
    await expect(requireSchemas(here())).rejects.toThrow(/newer version/);
    await expect(migrateSchemas(here(), { say: () => undefined })).rejects.toThrow(/newer version/);
    expect(await query(`DELETE FROM migrations WHERE name = '${name}' RETURNING name`)).toEqual([
      [{ name }],
      1,
    ]);

    await query('UPDATE bullmq.migration SET min_client_version = min_client_version + 100');
    await expect(requireSchemas(here())).rejects.toThrow(/newer version .* does not know the queue’s schema/);
    await expect(migrateSchemas(here(), { say: () => undefined })).rejects.toThrow(/newer version/);
    await query('UPDATE bullmq.migration SET min_client_version = min_client_version - 100');
    await expect(requireSchemas(here())).resolves.toBeUndefined();
  });

  /** A role that may change no schema, with all rights on what is in both. */
  async function clerk() {
    await run();
    const role = `clerk_${randomBytes(4).toString('hex')}`;
    const password = randomBytes(12).toString('hex');
    const query = (sql: string) => database.dataSource.query(sql);
    await query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
    for (const schema of ['public', 'bullmq']) {
      await query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`);
      for (const kind of ['TABLES', 'SEQUENCES', 'FUNCTIONS'])
        await query(`GRANT ALL ON ALL ${kind} IN SCHEMA ${schema} TO ${role}`);
    }
    const url = new URL(database.url);
    [url.username, url.password] = [role, password];
    const drop = async () => {
      await query(`DROP OWNED BY ${role}`);
      await query(`DROP ROLE ${role}`);
    };
    return { role, url: url.href, query, drop };
  }

  it('lets a role start that may change no schema, whether it is told to migrate or not', async () => {
    const { url, drop } = await clerk();
    const receiver = await Receiver.start();
    try {
      for (const isMigrating of [false, true]) {
        const app = await TestApp.start({
          database: { ...database, url },
          settings: { migrate: isMigrating, webhookUrl: receiver.url },
        });
        const { body } = await app.request<{ data: { id: string }[] }>('GET', '/api/v1/webhook-endpoints');
        const asked = await app.request('POST', `/api/v1/webhook-endpoints/${body.data[0]?.id}/test`, {});
        await app.close();
        expect(asked.status).toBeLessThan(300);
      }
    } finally {
      await receiver.stop();
      await drop();
    }
  });

  it('lets such a role put the first job into the queue, which BullMQ begins to number then', async () => {
    const { url, drop } = await clerk();
    const connection = { connectionString: url, schema: 'bullmq', migrate: false, max: 2 };
    const queue = new Queue(WEBHOOK_QUEUE, { connection }, createPostgresBackend);
    try {
      await expect(queue.addBulk([{ name: 'deliver', data: {} }])).resolves.toHaveLength(1);
    } finally {
      await queue.close();
      await drop();
    }
  });

  it('refuses one that lacks a right, and names what to grant', async () => {
    const { role, url, query, drop } = await clerk();
    const asClerk = { url, hasQueue: true };
    try {
      await query(`REVOKE UPDATE ON payment_links FROM ${role}`);
      await expect(requireSchemas(asClerk)).rejects.toThrow(/lacks rights on public.payment_links; GRANT/);
      await query(`GRANT ALL ON payment_links TO ${role}`);
      await query(`REVOKE USAGE ON SCHEMA bullmq FROM ${role}`);
      await expect(requireSchemas(asClerk)).rejects.toThrow(/lacks rights on bullmq\.\w+, .* more; GRANT/);
      await expect(requireSchemas({ ...asClerk, hasQueue: false })).resolves.toBeUndefined();
      await query(`GRANT USAGE ON SCHEMA bullmq TO ${role}`);
      // What another owner keeps in the same schema is none of our business.
      await query('CREATE TABLE spatial_ref_sys (id int)');
      await query('ALTER TABLE spatial_ref_sys OWNER TO pg_monitor');
      await expect(requireSchemas(asClerk)).resolves.toBeUndefined();
      await query('DROP TABLE spatial_ref_sys');
      await run('--revert');
      const migrating = migrateSchemas(asClerk, { say: () => undefined });
      await expect(migrating).rejects.toThrow(/may not change the schema.*quittance migrate/);
      await run();
    } finally {
      await drop();
    }
  });

  it('waits for whoever migrates at this time, and names it', async () => {
    const other = new pg.Client({ connectionString: database.url, application_name: 'somebody else' });
    await other.connect();
    await run('--revert');
    await other.query('SELECT pg_advisory_lock($1)', [0x51554954]);
    const lines: string[] = [];
    let release: () => void = () => undefined;
    const said = new Promise<void>((resolve) => (release = resolve));
    const say = (line: string) => {
      lines.push(line);
      release();
    };
    const ended = new AbortController();
    const stopped = migrate(database.url, { say, signal: ended.signal });
    await said;
    ended.abort(new Error('told to stop'));
    await expect(stopped).rejects.toThrow();
    expect(lines[0]).toMatch(
      /^waiting for the migration lock, held by backend \d+ \(somebody else, from 127\.0\.0\.1, since 20/,
    );

    const waiting = migrate(database.url, { say });
    await other.end();
    await expect(waiting).resolves.toHaveLength(1);
  });
});

describe('a database that is not ours alone', () => {
  it('is refused where another Quittance has its tables in another schema, whatever starts', async () => {
    const shared = await createDatabase();
    try {
      await shared.dataSource.query('CREATE SCHEMA shop_b');
      const url = `${shared.url}?options=-csearch_path%3Dshop_b`;
      const database = { url, hasQueue: true };
      const other = /another Quittance has its tables in the schema public of this database/;
      await expect(migrateSchemas(database, { say: () => undefined })).rejects.toThrow(other);
      await expect(requireSchemas(database)).rejects.toThrow(other);
      const tables = `SELECT FROM pg_tables WHERE schemaname = 'shop_b'`;
      expect(await shared.dataSource.query(tables)).toEqual([]);
    } finally {
      await shared.drop();
    }
  });

  it('is refused in another encoding, before anything is made in it', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const name = `latin_${randomBytes(6).toString('hex')}`;
    try {
      await client.query(
        `CREATE DATABASE ${name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
      );
      const url = database.url.replace(/\/[^/]*$/, `/${name}`);
      await expect(migrateSchemas({ url, hasQueue: true }, { say: () => undefined })).rejects.toThrow(
        /encoding is LATIN1.*ENCODING 'UTF8'/,
      );
      const other = new pg.Client({ connectionString: url });
      await other.connect();
      expect((await other.query(`SELECT FROM pg_tables WHERE schemaname = 'public'`)).rowCount).toBe(0);
      await other.end();
    } finally {
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await client.end();
    }
  });

  it('is read whatever dates the role writes', async () => {
    const german = await createDatabase();
    const name = german.url.replace(/^.*\//, '');
    await german.dataSource.query(`ALTER DATABASE ${name} SET datestyle = 'German, DMY'`);
    const app = await TestApp.start({ database: german });
    try {
      const { body, status } = await app.request<{ key: { created_at: string } }>('GET', '/api/v1/me');
      expect(status).toBe(200);
      expect(Date.parse(body.key.created_at)).toBeGreaterThan(Date.now() - 600_000);
      expect((await app.request('GET', '/health/ready')).status).toBe(200);
    } finally {
      await app.stop();
    }
  });
});
