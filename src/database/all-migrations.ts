import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type MigrationInterface } from 'typeorm';

/**
 * Every `<timestamp>-<name>` file is a migration: `npm run migration:generate` needs no list edited afterwards. Such a
 * list is made by `src/build.mjs` when the server is built.
 */
export const migrations = await loadMigrations(join(import.meta.dirname, 'migrations'));

async function loadMigrations(folder: string): Promise<(new () => MigrationInterface)[]> {
  const files = readdirSync(folder).filter((file) => /^\d+-[\w-]+\.(js|ts)$/.test(file));
  const modules = await Promise.all(
    files
      .sort()
      .map((file) => import(join(folder, file)) as Promise<Record<string, new () => MigrationInterface>>),
  );
  return modules.flatMap((module) => Object.values(module));
}
