import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { VERSION } from '../config/version.js';
import { type EventDescription } from '../events/event-catalogue.js';
import { completeDescription } from './openapi.js';

/**
 * The OpenAPI document of an app's routes and of the webhooks.
 * @param publicUrl null: of whichever installation serves it
 */
export function openApiDocument(
  app: INestApplication,
  publicUrl: string | null,
  events: readonly EventDescription[],
): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Quittance API')
    .setDescription(
      'Take crypto on EVM chains: amounts are decimal strings in base units, times ISO 8601 in UTC. docs/api.md says what holds for every route and what may change, docs/errors.md lists the codes of errors.',
    )
    .setVersion(VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer(publicUrl ?? '/', publicUrl === null ? 'This installation' : undefined)
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'qk_…', description: 'An API key' },
      'bearer',
    )
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Api-Key' }, 'x-api-key');
  return completeDescription(SwaggerModule.createDocument(app, description.build()), events);
}
