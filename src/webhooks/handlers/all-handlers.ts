import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Type } from '@nestjs/common';

/**
 * Every `*.handler` file is a handler: a new event type needs no list edited. Such a list is made by `src/build.mjs` when
 * the server is built.
 */
export const handlers = await loadHandlers(import.meta.dirname);

async function loadHandlers(folder: string): Promise<Type[]> {
  const files = readdirSync(folder).filter((file) => /\.handler\.(js|ts)$/.test(file));
  const handlers: Type[] = [];
  // One after another: they share most of what they import, and loaders of tests mix up parallel requests for it.
  for (const file of files) {
    handlers.push(...Object.values((await import(join(folder, file))) as Record<string, Type>));
  }
  return handlers;
}
