import { assertSchemaCompatibility, DEFAULT_SCHEMA, LATEST_SCHEMA_VERSION, runMigrations } from 'bullmq';
import { withConnection } from '../database/connect.js';

const APPLICATION = 'quittance queue schema';
/** PostgreSQL: undefined_table, and invalid_schema_name. */
const NOT_THERE = new Set(['42P01', '3F000']);

/**
 * Creates what BullMQ needs, or brings it up to date. Once, under BullMQ's own lock, before anything else of it: left
 * to each of its connections, a start would not wait for it. Where it is up to date nothing is written, so that a role
 * without the right to do so can start.
 * @returns the version there was before and the one there is; 0: none
 */
export function migrateQueue(databaseUrl: string): Promise<{ before: number; after: number }> {
  return withConnection(databaseUrl, APPLICATION, async (client) => {
    const before = await versionOf(client);
    const after = before >= LATEST_SCHEMA_VERSION ? before : await runMigrations(client, DEFAULT_SCHEMA);
    return { before, after };
  });
}

/** @returns whether what BullMQ needs is there and up to date */
export function isQueueMigrated(databaseUrl: string): Promise<boolean> {
  return withConnection(
    databaseUrl,
    APPLICATION,
    async (client) => (await versionOf(client)) >= LATEST_SCHEMA_VERSION,
  );
}

async function versionOf(client: Parameters<typeof assertSchemaCompatibility>[0]): Promise<number> {
  try {
    return await assertSchemaCompatibility(client, DEFAULT_SCHEMA);
  } catch (error) {
    const { code, constructor } = error as { code?: string; constructor: { name: string } };
    if (NOT_THERE.has(code ?? '') || constructor.name === 'SchemaMigrationRequiredError') return 0;
    throw error;
  }
}
