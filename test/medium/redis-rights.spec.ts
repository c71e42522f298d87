import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createRedisBackend, Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { emptyQueue } from '../../src/queue/emptied-queue.js';
import { queuePrefix } from '../../src/queue/queue-prefix.js';
import { createDatabase } from '../harness/database.js';
import { unusedPort } from '../../src/process/ports.js';
import { requireQueueOnRedis } from '../../src/queue/redis-check.js';
import { selfSigned } from '../harness/certificate.js';
import { hasRedis, startRedis } from '../harness/redis.js';
import { tempFolder } from '../harness/temp-folder.js';

const withRedis = hasRedis() ? describe : describe.skip;
const asked = async (url: string) => {
  const said: string[] = [];
  await requireQueueOnRedis(url, (line) => said.push(line));
  return said;
};

withRedis('a queue on Redis', () => {
  it('works for a user who may do everything with its keys, and is refused to one who may run no scripts', async () => {
    const redis = await startRedis();
    const admin = new Redis(redis.url);
    await admin.call('ACL', 'SETUSER', 'clerk', 'on', '>right', '~bull:*', '&*', '+@all');
    await admin.call('ACL', 'SETUSER', 'guest', 'on', '>right', '~bull:*', '+@all', '-@scripting');
    const as = (user: string) => redis.url.replace('//', `//${user}:right@`);
    try {
      expect(await asked(as('clerk'))).toEqual([]);
      await expect(asked(as('guest'))).rejects.toThrow(/refuses us \(NOPERM.*BullMQ needs scripts/);
      await expect(asked(as('nobody'))).rejects.toThrow(/refuses us \(WRONGPASS/);
    } finally {
      admin.disconnect();
      await redis.stop();
    }
  });

  it('keeps the jobs of two installations apart', async () => {
    const redis = await startRedis();
    const ours = await createDatabase();
    const theirs = await createDatabase();
    const prefix = await queuePrefix(ours.url);
    const queue = new Queue('webhooks', { connection: { url: redis.url }, prefix }, createRedisBackend);
    try {
      await queue.add('deliver', {});
      expect(await queuePrefix(theirs.url)).not.toBe(prefix);
      // As after a restore.
      await emptyQueue(redis.url, theirs.url);
      expect(await queue.count()).toBe(1);
      await emptyQueue(redis.url, ours.url);
      expect(await queue.count()).toBe(0);
    } finally {
      await queue.close();
      await Promise.all([ours.drop(), theirs.drop()]);
      await redis.stop();
    }
  });

  it('is refused where it takes no writes, lets us only read, or has no such database', async () => {
    const redis = await startRedis();
    const admin = new Redis(redis.url);
    await admin.call('ACL', 'SETUSER', 'reader', 'on', '>right', '~bull:*', '&*', '+@all', '-@write');
    const replica = await startRedis(undefined, ['--replicaof', `127.0.0.1 ${redis.port}`]);
    try {
      await expect(asked(replica.url)).rejects.toThrow(/refuses us \(READONLY.*name its master/);
      await expect(asked(redis.url.replace('//', '//reader:right@'))).rejects.toThrow(/BullMQ needs scripts/);
      await expect(asked(`${redis.url}/99`)).rejects.toThrow(/DB index.*another one, or none/);
      expect(await admin.dbsize()).toBe(0);
    } finally {
      admin.disconnect();
      await replica.stop();
      await redis.stop();
    }
  });

  it('is refused with a certificate that nobody vouches for, rather than waited for', async () => {
    const folder = tempFolder();
    const { cert, key } = selfSigned();
    writeFileSync(join(folder.path, 'cert'), cert);
    writeFileSync(join(folder.path, 'key'), key);
    const port = await unusedPort();
    const tls = [
      ['--tls-port', String(port)],
      ['--tls-cert-file', join(folder.path, 'cert')],
      ['--tls-key-file', join(folder.path, 'key')],
      ['--tls-ca-cert-file', join(folder.path, 'cert')],
      ['--tls-auth-clients', 'no'],
    ].flat();
    const redis = await startRedis(undefined, tls);
    try {
      await expect(asked(`rediss://127.0.0.1:${port}`)).rejects.toThrow(
        /certificate that is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\); name its authority in NODE_EXTRA_CA_CERTS/,
      );
      const plainly = asked(`redis://127.0.0.1:${port}`);
      expect(await plainly).toEqual([expect.stringMatching(/does it want TLS\? Then it is rediss:/)]);
    } finally {
      await redis.stop();
      folder.remove();
    }
  });
});
