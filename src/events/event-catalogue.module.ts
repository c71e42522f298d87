import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { EventCatalogue } from './event-catalogue.js';

/** The catalogue alone. The handlers that it finds come with `EventHandlersModule`, once an app. */
@Module({ imports: [DiscoveryModule], providers: [EventCatalogue], exports: [EventCatalogue] })
export class EventCatalogueModule {}
