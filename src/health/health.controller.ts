import { Controller, Get, Header, Inject, Req, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { register } from 'prom-client';
import { Public } from '../auth/scopes.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { DomainError } from '../http/problem.js';
import { maySee } from './operators-view.js';
import { type Health, HealthService, type Liveness } from './health.service.js';

export class MetricsTokenError extends DomainError {
  readonly code = 'metrics_token_wrong';

  constructor() {
    super(
      'metrics are for the operator: set METRICS_TOKEN and send it as Authorization: Bearer …, or set METRICS_PORT and ' +
        'ask there',
    );
  }
}

/** For orchestrators and monitoring: outside /api/v1, and without a key. */
@ApiExcludeController()
@Public()
@Controller({ version: VERSION_NEUTRAL })
export class HealthController {
  constructor(
    private readonly health: HealthService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** The process runs, and its loops get things done: 503 when starting it again is what helps. */
  @Get('health/live')
  live(@Res({ passthrough: true }) reply: FastifyReply): Liveness {
    const liveness = this.health.live();
    if (liveness.status !== 'ok') void reply.status(503);
    return liveness;
  }

  /** It can do its work: 503 when a part it cannot do without does not answer. */
  @Get('health/ready')
  async ready(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Health | Pick<Health, 'status'>> {
    const health = await this.health.check();
    if (health.status !== 'ok') void reply.status(503);
    return this.shown(health, request);
  }

  @Get('health')
  async overall(@Req() request: FastifyRequest): Promise<Health | Pick<Health, 'status'>> {
    return this.shown(await this.health.check(), request);
  }

  /** @throws MetricsTokenError */
  @Get('metrics')
  @Header('content-type', register.contentType)
  metrics(@Req() request: FastifyRequest): Promise<string> {
    if (!this.mayLook(request)) throw new MetricsTokenError();
    return this.health.metrics();
  }

  /** To a stranger only whether it works: hosts and states are the operator's business. */
  private shown(health: Health, request: FastifyRequest): Health | Pick<Health, 'status'> {
    return this.mayLook(request) ? health : { status: health.status };
  }

  private mayLook({ headers }: FastifyRequest): boolean {
    return maySee(this.settings, headers.authorization, false);
  }
}
