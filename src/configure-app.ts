import { randomUUID } from 'node:crypto';
import { type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { type Logger } from 'pino';
import { AppModule } from './app.module.js';
import { MissedPages } from './checkout/missed-pages.js';
import { type Configuration } from './config/read-configuration.js';
import { EventCatalogue } from './events/event-catalogue.js';
import { isReplayed } from './http/idempotency.js';
import { readFormsOfPages } from './http/form-body.js';
import { readImages } from './http/image-body.js';
import { readJsonBodies } from './http/json-body.js';
import { openApiDocument } from './openapi/document.js';
import { PinoLogger } from './http/pino-logger.js';
import { loggedPathOf, ProblemFilter } from './http/problem.filter.js';
import { measureRequests } from './http/request-metrics.js';
import { recordRoutes, Routes } from './http/routes.js';
import { cutSlowReaders } from './http/slow-readers.js';
import { UnreadableUrlError } from './http/unreadable-url.error.js';
import { tellOfUntrustedProxies } from './http/untrusted-proxy.js';
import { validationPipe } from './http/validation.js';

const BODY_LIMIT_BYTES = 256 * 1024;
/** To send a request whole. Fastify sets none, which lets slow senders keep connections forever. */
const REQUEST_TIMEOUT_MS = 30_000;
const API_PREFIX = 'api/v1';
/** Whatever stands before us, as deploy/nginx.conf, passes these on as well, except what is the operator's. */
export const OUTSIDE_PREFIX = [
  '.well-known/quittance-receipt-keys.json',
  '.well-known/webhook-keys/:endpoint_id',
  'health',
  'health/live',
  'health/ready',
  'l/:token',
  'metrics',
  'pay/assets/:name',
  'pay/brands/:name',
  'pay/logos/:name',
  'pay/:token',
  'pay/:token/cancel',
  'pay/:token/check',
  'pay/:token/choose',
  'pay/:token/dev-payment',
  'pay/:token/events',
  'pay/:token/receipt',
  'pay/:token/receipt.json',
  'pay/:token/return',
  'quittance.js',
];

/** The one set-up of the app, for main and for every test. It listens on nothing yet. */
export async function createApp(configuration: Configuration, pino: Logger): Promise<NestFastifyApplication> {
  const routes = new Routes();
  const problems = new ProblemFilter(routes);
  const adapter = new FastifyAdapter({
    loggerInstance: pino,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestIdHeader: false,
    genReqId: ({ headers }: { headers: Record<string, unknown> }) =>
      sanePassedId(headers['x-request-id']) ?? randomUUID(),
    forceCloseConnections: 'idle',
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Null: nobody's word about an address is believed.
    trustProxy: configuration.settings.trustedProxies ?? false,
    // A URL that cannot be decoded has no route, and so no hook and no filter.
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      void reply.headers(headersOf(request));
      problems.answer(new UnreadableUrlError('it is not valid percent-encoding'), request, reply);
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(configuration), adapter, {
    logger: new PinoLogger(pino),
    bodyParser: false,
    // An error is thrown to whoever starts the app, and not answered with process.abort().
    abortOnError: false,
  });
  const fastify: FastifyInstance = adapter.getInstance<FastifyInstance>();
  recordRoutes(fastify, routes);
  readJsonBodies(fastify);
  readFormsOfPages(fastify);
  readImages(fastify);
  cutSlowReaders(fastify);
  decorateAnswers(fastify);
  measureRequests(fastify);
  refuseNul(fastify);
  tellOfUntrustedProxies(fastify);
  prefixRoutes(app);
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(problems);
  serveDocs(app, configuration.settings.publicUrl);
  await initialise(app);
  if (configuration.settings.roles.includes('api'))
    problems.showPages(app.get(MissedPages, { strict: false }));
  return app;
}

/** All routes are below `/api/v1`, but those that others than API clients ask for. */
export function prefixRoutes(app: INestApplication): void {
  app.setGlobalPrefix(API_PREFIX, { exclude: OUTSIDE_PREFIX });
}

/** An app that cannot start is ended, not left half alive. */
async function initialise(app: NestFastifyApplication): Promise<void> {
  try {
    await app.init();
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** A request id from outside is taken over when it could not forge log lines. */
function sanePassedId(given: unknown): string | undefined {
  return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : undefined;
}

/** Postgres takes no text with NUL, and no filter of ours matches one. */
function refuseNul(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const [, ...query] = request.url.split('?');
    done(
      query.join('?').includes('%00')
        ? new UnreadableUrlError('its query has a NUL character (%00)')
        : whyNotQuery(request.url),
    );
  });
}

/** Of the API alone: what other sites append to the address of a pay page keeps nobody from paying. */
function whyNotQuery(url: string): UnreadableUrlError | undefined {
  if (!url.startsWith(`/${API_PREFIX}/`)) return undefined;
  try {
    decodeURIComponent(url.slice(url.indexOf('?') + 1));
    return undefined;
  } catch {
    return new UnreadableUrlError('its query is not UTF-8 in percent-encoding; write % itself as %25');
  }
}

function headersOf(request: FastifyRequest): Record<string, string> {
  return {
    'x-request-id': request.id,
    'x-content-type-options': 'nosniff',
    // A key in X-Api-Key does not keep shared caches from storing the answer, as one in Authorization does.
    ...(request.url.startsWith(`/${API_PREFIX}/`) ? { 'cache-control': 'no-store' } : {}),
  };
}

function decorateAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headersOf(request));
    done();
  });
  fastify.addHook('preSerialization', (_request, reply, body, done) => {
    if (isReplayed(body)) void reply.header('idempotent-replayed', 'true');
    done(null, body);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    request.log.info(
      {
        method: request.method,
        url: loggedPathOf(request),
        status: reply.statusCode,
        duration: Math.round(reply.elapsedTime),
      },
      'request',
    );
    done();
  });
}

function serveDocs(app: INestApplication, publicUrl: string | null): void {
  const describe = () =>
    openApiDocument(app, publicUrl, app.get(EventCatalogue, { strict: false }).describe());
  SwaggerModule.setup('docs', app, describe, {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Quittance API',
    customCss: '.swagger-ui .topbar { display: none }',
  });
}
