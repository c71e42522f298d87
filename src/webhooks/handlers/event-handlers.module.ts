import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Module, type Type } from '@nestjs/common';
import { EventCatalogueModule } from '../../events/event-catalogue.module.js';

const handlers = await loadHandlers(import.meta.dirname);

/** Every `*.handler` file is a handler: a new event type needs no list edited. */
async function loadHandlers(folder: string): Promise<Type[]> {
  const files = readdirSync(folder).filter((file) => /\.handler\.(js|ts)$/.test(file));
  const handlers: Type[] = [];
  // One after another: they share most of what they import, and loaders of tests mix up parallel requests for it.
  for (const file of files) {
    handlers.push(...Object.values((await import(join(folder, file))) as Record<string, Type>));
  }
  return handlers;
}

/** What the catalogue finds: part of every process that writes or describes events. */
@Module({ imports: [EventCatalogueModule], providers: handlers, exports: [EventCatalogueModule] })
export class EventHandlersModule {}
