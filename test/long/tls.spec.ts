import { chmodSync, chownSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import {
  type RunningPostgres,
  startEmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { unusedPort } from '../../src/process/ports.js';
import { selfSigned } from '../harness/certificate.js';
import { quittance } from '../harness/command-line.js';
import { create, pay, statusOf } from '../harness/dev-payments.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { hasRedis, startRedis } from '../harness/redis.js';
import { tempFolder } from '../harness/temp-folder.js';

const folder = tempFolder();
const dataFolder = tempFolder();
const certificate = selfSigned();
const caFile = join(folder.path, 'ca.pem');
const otherCaFile = join(folder.path, 'other.pem');
let postgres: RunningPostgres;

beforeAll(async () => {
  writeFileSync(caFile, certificate.cert);
  writeFileSync(otherCaFile, selfSigned().cert);
  postgres = await startEmbeddedPostgres({ dataDir: dataFolder.path, log: () => undefined });
});
afterAll(async () => {
  await postgres.stop();
  folder.remove();
  dataFolder.remove();
});

async function onServer(...statements: string[]): Promise<void> {
  const client = new pg.Client(postgres.url);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** Has the server show a certificate to whoever connects from now on. */
async function serve({ cert, key }: { cert: string; key: string }): Promise<void> {
  const cluster = join(dataFolder.path, 'postgres/data');
  const { uid, gid } = statSync(cluster);
  for (const [name, text] of Object.entries({ cert, key })) {
    const file = join(cluster, `server.${name}`);
    writeFileSync(file, text);
    chmodSync(file, 0o600);
    chownSync(file, uid, gid);
  }
  await onServer(
    `ALTER SYSTEM SET ssl_cert_file = 'server.cert'`,
    `ALTER SYSTEM SET ssl_key_file = 'server.key'`,
    'ALTER SYSTEM SET ssl = on',
    'SELECT pg_reload_conf()',
  );
}

const migrate = (query: string, settings: Record<string, string> = {}) =>
  quittance(['migrate'], { DATA_DIR: folder.path, DATABASE_URL: `${postgres.url}?${query}`, ...settings });

describe('Postgres with TLS', () => {
  it('that does not offer it is refused where it is asked for', async () => {
    expect(await migrate('sslmode=require')).toMatchObject({
      code: 1,
      err: expect.stringContaining('does not speak TLS'),
    });
  });

  it('is believed by the authority that is named, and by no other', async () => {
    await serve(certificate);
    const refused = { code: 1, err: expect.stringMatching(/DATABASE_CA_FILE/) };
    expect(await migrate('sslmode=require')).toMatchObject(refused);
    expect(await migrate('sslmode=verify-full')).toMatchObject(refused);
    expect(await migrate('sslmode=verify-full', { DATABASE_CA_FILE: otherCaFile })).toMatchObject(refused);
    expect(await migrate('sslmode=require', { DATABASE_CA_FILE: caFile })).toMatchObject({
      code: 0,
      err: '',
    });
    expect(await migrate('', { DATABASE_CA_FILE: caFile })).toMatchObject({ code: 0, err: '' });
    // As libpq understands the word: encrypted, and nobody asks who is there.
    expect(await migrate('uselibpqcompat=true&sslmode=require')).toMatchObject({ code: 0, err: '' });
  });

  it('is refused under another name than its certificate’s', async () => {
    const other = selfSigned({ host: 'db.example' });
    const file = join(folder.path, 'example.pem');
    writeFileSync(file, other.cert);
    await serve(other);
    const { code, err } = await migrate('sslmode=verify-full', { DATABASE_CA_FILE: file });
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining('a certificate for another host'),
    });
  });
});

const withRedis = hasRedis() ? describe : describe.skip;

withRedis('Postgres and Redis with TLS', () => {
  it('carry a payment to its end', async () => {
    await serve(certificate);
    const home = tempFolder();
    const keyFile = join(folder.path, 'key.pem');
    writeFileSync(keyFile, certificate.key);
    const port = await unusedPort();
    const tls = [
      ['--tls-port', String(port)],
      ['--tls-cert-file', caFile],
      ['--tls-key-file', keyFile],
      ['--tls-ca-cert-file', caFile],
      ['--tls-auth-clients', 'no'],
    ].flat();
    const redis = await startRedis(undefined, tls);
    const running = await QuittanceProcess.start(home.path, {
      DATABASE_URL: `${postgres.url}?sslmode=verify-full`,
      DATABASE_CA_FILE: caFile,
      REDIS_URL: `rediss://127.0.0.1:${port}`,
      NODE_EXTRA_CA_CERTS: caFile,
    });
    try {
      const payment = await create(running);
      await pay(running, payment);
      await statusOf(running, payment.id, 'confirmed');
      expect(running.output).not.toMatch(/does not answer yet|SECURITY WARNING/);
    } finally {
      await running.end();
      await redis.stop();
      home.remove();
    }
  });
});
