import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type OpenAPIObject } from '@nestjs/swagger';
import { AppModule } from './app.module.js';
import { loadSettings } from './config/load-settings.js';
import { NO_RATES } from './config/rates.js';
import { prefixRoutes } from './configure-app.js';
import { EventCatalogue } from './events/event-catalogue.js';
import { openApiDocument } from './openapi/document.js';
import { EventHandlersModule } from './webhooks/handlers/event-handlers.module.js';

/** The OpenAPI document as an app serves it, of modules that are looked at and not started: needs no setting. */
export async function describeApp(): Promise<OpenAPIObject> {
  const settings = loadSettings({ NODE_ENV: 'test' });
  const silent = { logger: false, abortOnError: false } as const;
  const app = await NestFactory.create(
    AppModule.register({ settings, chains: [], rates: NO_RATES }),
    new FastifyAdapter(),
    { ...silent, preview: true },
  );
  prefixRoutes(app);
  const events = await NestFactory.createApplicationContext(EventHandlersModule, silent);
  const document = openApiDocument(app, null, events.get(EventCatalogue).describe());
  await events.close();
  return document;
}
