import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { createRedisBackend, setDefaultBackendFactory } from 'bullmq';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { createQueueOnPostgres, type QueueOnPostgres } from './queue-on-postgres.js';
import { queuePrefix } from './queue-prefix.js';
import { migrateQueue } from './queue-schema.js';

/** BullMQ on the database we have anyway, in a schema of its own; or on Redis where one is given. */
@Module({
  imports: [BullModule.forRootAsync({ inject: [SETTINGS], useFactory: queueOptions })],
  exports: [BullModule],
})
export class QueueModule {}

async function queueOptions({ redisUrl, databaseUrl, databasePoolSize: poolSize, migrate }: Settings) {
  if (redisUrl !== null) {
    setDefaultBackendFactory(createRedisBackend);
    // null: BullMQ's workers wait for Redis to come back rather than fail.
    const prefix = await queuePrefix(databaseUrl as string);
    return { connection: { url: redisUrl, maxRetriesPerRequest: null }, prefix };
  }
  setDefaultBackendFactory(createQueueOnPostgres);
  if (migrate) await migrateQueue(databaseUrl as string);
  // @nestjs/bullmq types the connection as Redis's only.
  const connection: QueueOnPostgres = { connectionString: databaseUrl as string, poolSize };
  return { connection: connection as object };
}
