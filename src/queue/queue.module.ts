import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { createPostgresBackend, createRedisBackend, setDefaultBackendFactory } from 'bullmq';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';

const SCHEMA = 'bullmq';
const POOL_SIZE = 10;

/** BullMQ on the database we have anyway, in a schema of its own; or on Redis where one is given. */
@Module({
  imports: [BullModule.forRootAsync({ inject: [SETTINGS], useFactory: queueOptions })],
  exports: [BullModule],
})
export class QueueModule {}

function queueOptions({ redisUrl, databaseUrl, migrate }: Settings) {
  if (redisUrl !== null) {
    setDefaultBackendFactory(createRedisBackend);
    // null: BullMQ's workers wait for Redis to come back rather than fail.
    return { connection: { url: redisUrl, maxRetriesPerRequest: null } };
  }
  setDefaultBackendFactory(createPostgresBackend);
  const connection = { connectionString: databaseUrl, schema: SCHEMA, max: POOL_SIZE, migrate };
  // @nestjs/bullmq types the connection as Redis's only.
  return { connection: connection as object };
}
