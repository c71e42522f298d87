import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { createPostgresBackend, createRedisBackend, runMigrations, setDefaultBackendFactory } from 'bullmq';
import pg from 'pg';
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

async function queueOptions({ redisUrl, databaseUrl, migrate }: Settings) {
  if (redisUrl !== null) {
    setDefaultBackendFactory(createRedisBackend);
    // null: BullMQ's workers wait for Redis to come back rather than fail.
    return { connection: { url: redisUrl, maxRetriesPerRequest: null } };
  }
  setDefaultBackendFactory(createPostgresBackend);
  if (migrate) await migrateQueue(databaseUrl as string);
  const connection = { connectionString: databaseUrl, schema: SCHEMA, max: POOL_SIZE, migrate: false };
  // @nestjs/bullmq types the connection as Redis's only.
  return { connection: connection as object };
}

/**
 * Once, under BullMQ's own lock, before anything else of it: left to each of its connections, a start would not wait
 * for it, and a connection cut meanwhile would end the process, because BullMQ listens to no errors of that client.
 */
async function migrateQueue(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    await client.end();
  }
}
