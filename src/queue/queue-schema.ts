import { createHash } from 'node:crypto';
import { assertSchemaCompatibility, DEFAULT_SCHEMA, LATEST_SCHEMA_VERSION, runMigrations } from 'bullmq';
import { withConnection } from '../database/connect.js';
import { type PostgresClient } from '../database/postgres-client.js';
import { WEBHOOK_QUEUE } from './queue-names.js';

const APPLICATION = 'quittance queue schema';
/** PostgreSQL: undefined_table, and invalid_schema_name. */
const NOT_THERE = new Set(['42P01', '3F000']);

/**
 * BullMQ numbers the jobs of a queue by a sequence that it makes with the first of them, by `job_id_seq_name`. A role
 * that may not change the schema could not.
 */
const JOB_NUMBERS = `"${DEFAULT_SCHEMA}"."bullmq_jid_${createHash('md5').update(WEBHOOK_QUEUE).digest('hex')}"`;

/**
 * Creates what BullMQ needs, or brings it up to date. Once, under BullMQ's own lock, before anything else of it: left
 * to each of its connections, a start would not wait for it. Where it is up to date nothing is written, so that a role
 * without the right to do so can start.
 * @returns whether something was missing
 */
export function migrateQueue(databaseUrl: string): Promise<boolean> {
  return withConnection(databaseUrl, APPLICATION, async (client) => {
    const before = await versionOf(client);
    const isOld = before < LATEST_SCHEMA_VERSION;
    if (isOld) await runMigrations(client, DEFAULT_SCHEMA);
    const isNew = !(await hasJobNumbers(client));
    if (isNew) await client.query(`CREATE SEQUENCE IF NOT EXISTS ${JOB_NUMBERS}`);
    return isOld || isNew;
  });
}

/** How what BullMQ has in a database stands to what it needs here; `too new`: it says that this version must not use it. */
export function queueState(databaseUrl: string): Promise<'up to date' | 'behind' | 'too new'> {
  return withConnection(databaseUrl, APPLICATION, async (client) => {
    try {
      const isThere = (await versionOf(client)) >= LATEST_SCHEMA_VERSION && (await hasJobNumbers(client));
      return isThere ? 'up to date' : 'behind';
    } catch (error) {
      if ((error as Error).constructor.name === 'SchemaVersionMismatchError') return 'too new';
      throw error;
    }
  });
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

async function hasJobNumbers(client: PostgresClient): Promise<boolean> {
  const { rows } = await client.query<{ is_there: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS is_there',
    [JOB_NUMBERS],
  );
  return rows[0]?.is_there === true;
}
