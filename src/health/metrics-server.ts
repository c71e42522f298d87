import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { register } from 'prom-client';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { HealthService } from './health.service.js';
import { maySee } from './operators-view.js';

/** A probe or a scrape is one short request. */
const REQUEST_TIMEOUT_MS = 10_000;

interface Answer {
  status: number;
  type: string;
  text: string;
}

/** Metrics and health on METRICS_PORT, where customers do not come. It answers also while the API's port is flooded. */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private server: Server | null = null;

  constructor(
    private readonly health: HealthService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws Error when something listens there already */
  async onApplicationBootstrap(): Promise<void> {
    const { metricsPort: port, host } = this.settings;
    if (port === null) return;
    const server = createServer((request, response) => void this.reply(request, response));
    server.requestTimeout = REQUEST_TIMEOUT_MS;
    await new Promise<void>((resolve, reject) => {
      server.once('error', ({ message }) =>
        reject(new Error(`METRICS_PORT ${port} cannot be used (${message}); set it to a free one`)),
      );
      server.listen(port, host, resolve);
    });
    this.server = server;
  }

  onApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, text } = await this.answer(request).catch((error: Error): Answer => ({
      status: 500,
      type: 'text/plain',
      text: error.message,
    }));
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text);
  }

  private async answer({ method, url = '/', headers }: IncomingMessage): Promise<Answer> {
    const json = (status: number, body: object): Answer => ({
      status,
      type: 'application/json',
      text: JSON.stringify(body),
    });
    if (method !== 'GET' && method !== 'HEAD') return json(405, { detail: 'send GET' });
    const mayLook = maySee(this.settings, headers.authorization, true);
    const [path] = url.split('?');
    if (path === '/health/live') {
      const liveness = this.health.live();
      return json(liveness.status === 'ok' ? 200 : 503, liveness);
    }
    if (path === '/health' || path === '/health/ready') {
      const health = await this.health.check();
      const isRefused = path === '/health/ready' && health.status !== 'ok';
      return json(isRefused ? 503 : 200, mayLook ? health : { status: health.status });
    }
    if (path !== '/metrics')
      return json(404, { detail: 'there is /metrics, /health, /health/live and /health/ready' });
    if (!mayLook) return json(401, { detail: 'send METRICS_TOKEN as Authorization: Bearer …' });
    return { status: 200, type: register.contentType, text: await this.health.metrics() };
  }
}
