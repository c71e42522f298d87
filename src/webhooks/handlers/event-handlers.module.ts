import { Module } from '@nestjs/common';
import { EventCatalogueModule } from '../../events/event-catalogue.module.js';
import { handlers } from './all-handlers.js';

/** What the catalogue finds: part of every process that writes or describes events. */
@Module({ imports: [EventCatalogueModule], providers: handlers, exports: [EventCatalogueModule] })
export class EventHandlersModule {}
