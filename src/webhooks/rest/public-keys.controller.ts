import { Controller, Get, Header, Param, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';
import { PublicLimits } from '../../http/public-limits.js';
import { uuidOr } from '../../http/uuid-or.js';
import { Public } from '../../auth/scopes.js';
import { publicKeysOf } from '../endpoints/endpoint-secrets.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { EndpointNotFoundError } from '../webhook.errors.js';
import { databaseClock } from '../../database/database-clock.js';

const endpointId = uuidOr(EndpointNotFoundError);

class PublicKeysBody {
  @ApiProperty({ isArray: true, type: String, example: ['whpk_…'], description: 'The current one first' })
  keys: string[];
}

/** Where whoever receives webhooks finds the keys to verify `v1a` with: a consumer then needs no secret. */
@ApiTags('webhook-endpoints')
@Public()
@Controller('.well-known/webhook-keys')
export class PublicKeysController {
  constructor(
    private readonly endpoints: EndpointsRepository,
    private readonly limits: PublicLimits,
  ) {}

  @Get(':endpoint_id')
  @Header('cache-control', 'public, max-age=300')
  @ApiOperation({ summary: 'The public keys of an endpoint that signs with ed25519' })
  @ApiOkResponse({ type: PublicKeysBody })
  async keys(
    @Param('endpoint_id', endpointId) id: string,
    @Req() { ip }: FastifyRequest,
  ): Promise<PublicKeysBody> {
    this.limits.spendOfAddress('keys', ip);
    const endpoint = await this.endpoints.findPublic(id);
    const keys = endpoint ? publicKeysOf(endpoint.secrets, databaseClock.now()) : [];
    // Of an endpoint without keys nothing is shown, not even that it is there.
    if (keys.length === 0) throw new EndpointNotFoundError(id);
    return { keys };
  }
}
