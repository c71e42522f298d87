import { createRedisBackend, DEFAULT_SCHEMA, Queue, setDefaultBackendFactory } from 'bullmq';
import { withConnection } from '../database/connect.js';
import { WEBHOOK_QUEUE } from './queue-names.js';
import { queuePrefix } from './queue-prefix.js';
import { migrateQueue } from './queue-schema.js';

/**
 * Leaves nothing in the queue, as after a restore: its jobs are of deliveries that the database has no more, or has as
 * they were before. The reconciler puts in again what is still to be delivered.
 */
export async function emptyQueue(redisUrl: string | null, databaseUrl: string): Promise<void> {
  if (redisUrl === null) {
    await withConnection(databaseUrl, 'quittance queue schema', (client) =>
      client.query(`DROP SCHEMA IF EXISTS "${DEFAULT_SCHEMA}" CASCADE`),
    );
    await migrateQueue(databaseUrl);
    return;
  }
  setDefaultBackendFactory(createRedisBackend);
  const queue = new Queue(WEBHOOK_QUEUE, {
    connection: { url: redisUrl },
    prefix: await queuePrefix(databaseUrl),
  });
  try {
    await queue.obliterate({ force: true });
  } finally {
    await queue.close();
  }
}
