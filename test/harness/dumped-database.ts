import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import { createDatabase, type TestDatabase } from './database.js';

/** A database as an older version left it. @param dump a file of test/upgrade, by pg_dump */
export async function dumpedDatabase(dump: string): Promise<TestDatabase> {
  const database = await createDatabase({ empty: true });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(gunzipSync(readFileSync(join(import.meta.dirname, '../upgrade', dump))).toString());
  await client.end();
  return database;
}
