import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { uuidOr } from '../../http/uuid-or.js';
import { type AuthenticatedKey } from '../../auth/authenticated-key.js';
import { CurrentKey, RequireScope } from '../../auth/scopes.js';
import { IdempotencyService } from '../../http/idempotency.js';
import { type Page, page, PageQuery } from '../../http/page.js';
import { CreatedEndpointBody, EndpointBody, EndpointPage } from './endpoint.body.js';
import { CreateEndpointDto, RotateSecretDto, UpdateEndpointDto } from './endpoint.dto.js';
import { EndpointsService } from './endpoints.service.js';
import { HeldDeliveries } from '../delivery/held-deliveries.js';
import { EndpointNotFoundError } from '../webhook.errors.js';

const endpointId = uuidOr(EndpointNotFoundError);
const PATH = '/api/v1/webhook-endpoints';

@ApiTags('webhook-endpoints')
@Controller('webhook-endpoints')
export class EndpointsController {
  constructor(
    private readonly endpoints: EndpointsService,
    private readonly held: HeldDeliveries,
    private readonly idempotency: IdempotencyService,
  ) {}

  @Post()
  @HttpCode(201)
  @RequireScope('webhooks:write')
  @ApiOperation({ summary: 'Add an endpoint; its answer alone carries the secret' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiCreatedResponse({ type: CreatedEndpointBody })
  async create(
    @CurrentKey() { merchantId }: AuthenticatedKey,
    @Body() dto: CreateEndpointDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<CreatedEndpointBody> {
    const request = { method: 'POST', path: PATH, body: dto };
    const answer = await this.idempotency.run(
      { merchantId, key, request, row: merchantId, status: 201, sealed: true },
      (manager) => this.endpoints.create(manager, merchantId, dto),
    );
    return answer.body;
  }

  @Get()
  @RequireScope('webhooks:read')
  @ApiOperation({ summary: 'List endpoints, oldest first; the built-in one is WEBHOOK_URL' })
  @ApiOkResponse({ type: EndpointPage })
  async list(
    @CurrentKey() key: AuthenticatedKey,
    @Query() { limit, after }: PageQuery,
  ): Promise<Page<EndpointBody>> {
    return page(await this.endpoints.list(key, limit + 1, after), limit, ({ id }) => id);
  }

  @Get(':id')
  @RequireScope('webhooks:read')
  @ApiOperation({ summary: 'One endpoint' })
  @ApiOkResponse({ type: EndpointBody })
  get(@CurrentKey() key: AuthenticatedKey, @Param('id', endpointId) id: string): Promise<EndpointBody> {
    return this.endpoints.view(key, id);
  }

  @Patch(':id')
  @RequireScope('webhooks:write')
  @ApiOperation({ summary: 'Change, enable or disable an endpoint; what is left out stays' })
  @ApiOkResponse({ type: EndpointBody })
  async update(
    @CurrentKey() { merchantId }: AuthenticatedKey,
    @Param('id', endpointId) id: string,
    @Body() dto: UpdateEndpointDto,
  ): Promise<EndpointBody> {
    const endpoint = await this.endpoints.update(merchantId, id, dto);
    if ((dto.status ?? dto.state) === 'enabled') await this.held.release();
    return endpoint;
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('webhooks:write')
  @ApiOperation({
    summary: 'Delete an endpoint; what waits for it is cancelled, its deliveries stay on record',
  })
  async delete(
    @CurrentKey() { merchantId }: AuthenticatedKey,
    @Param('id', endpointId) id: string,
  ): Promise<void> {
    await this.endpoints.delete(merchantId, id);
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @RequireScope('webhooks:write')
  @ApiOperation({ summary: 'Make a new secret; the old one signs too until the overlap ends' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiOkResponse({ type: CreatedEndpointBody })
  async rotate(
    @CurrentKey() { merchantId }: AuthenticatedKey,
    @Param('id', endpointId) id: string,
    @Body() dto: RotateSecretDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<CreatedEndpointBody> {
    const request = { method: 'POST', path: `${PATH}/${id}/rotate-secret`, body: dto };
    const answer = await this.idempotency.run(
      { merchantId, key, request, row: id, status: 200, sealed: true },
      (manager) => this.endpoints.rotateSecret(manager, merchantId, id, dto),
    );
    return answer.body;
  }
}
