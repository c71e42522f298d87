import { Controller, Get, Header, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type FastifyReply } from 'fastify';
import { register } from 'prom-client';
import { Public } from '../auth/scopes.js';
import { type Health, HealthService, type Liveness } from './health.service.js';

/** For orchestrators and monitoring: outside /api/v1, and without a key. */
@ApiExcludeController()
@Public()
@Controller({ version: VERSION_NEUTRAL })
export class HealthController {
  constructor(private readonly health: HealthService) {}

  /** The process runs, and its loops get things done: 503 when starting it again is what helps. */
  @Get('health/live')
  live(@Res({ passthrough: true }) reply: FastifyReply): Liveness {
    const liveness = this.health.live();
    if (liveness.status !== 'ok') void reply.status(503);
    return liveness;
  }

  /** It can do its work: 503 when a part it cannot do without does not answer. */
  @Get('health/ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Health> {
    const health = await this.health.check();
    if (health.status !== 'ok') void reply.status(503);
    return health;
  }

  @Get('health')
  overall(): Promise<Health> {
    return this.health.check();
  }

  @Get('metrics')
  @Header('content-type', register.contentType)
  metrics(): Promise<string> {
    return this.health.metrics();
  }
}
