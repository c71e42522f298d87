import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { uuidOr } from '../http/uuid-or.js';
import { IdempotencyService } from '../http/idempotency.js';
import { page } from '../http/page.js';
import { ApiKeyNotFoundError } from './auth.errors.js';
import { AuthService } from './auth.service.js';
import { apiKeyView } from './auth.views.js';
import { type AuthenticatedKey } from './authenticated-key.js';
import {
  ApiKeyBody,
  ApiKeyPage,
  CreateApiKeyDto,
  CreatedApiKeyBody,
  ListApiKeysDto,
} from './dto/auth.dto.js';
import { newKeyOf } from './new-key.js';
import { CurrentKey, RequireScope } from './scopes.js';

const keyId = uuidOr(ApiKeyNotFoundError);

/** An `admin` key is the operator's: it manages the keys of every merchant of the installation. */
@ApiTags('api-keys')
@RequireScope('admin')
@Controller('api-keys')
export class ApiKeysController {
  constructor(
    private readonly auth: AuthService,
    private readonly idempotency: IdempotencyService,
  ) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({
    summary: 'Create an API key; its answer alone carries the key',
    description: 'For a merchant of the installation, or for another operator.',
  })
  @ApiCreatedResponse({ type: CreatedApiKeyBody })
  async create(
    @CurrentKey() { merchantId }: AuthenticatedKey,
    @Body() dto: CreateApiKeyDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<CreatedApiKeyBody> {
    const request = { method: 'POST', path: '/api/v1/api-keys', body: dto };
    const answer = await this.idempotency.run(
      { merchantId, key, request, status: 201, sealed: true },
      async (manager) => {
        const input = newKeyOf(dto);
        const created = await this.auth.createKey(manager, input);
        return { ...apiKeyView(created.row), key: created.key };
      },
    );
    return answer.body;
  }

  @Get()
  @ApiOperation({ summary: 'List API keys, oldest first, revoked ones too' })
  @ApiOkResponse({ type: ApiKeyPage })
  async list(@Query() query: ListApiKeysDto): Promise<ApiKeyPage> {
    const { limit, after, merchant_id: merchantId, operator: isOperator } = query;
    const keys = await this.auth.listKeys(limit + 1, { after, merchantId, isOperator });
    return page(keys.map(apiKeyView), limit, ({ id }) => id);
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Revoke an API key: it is refused from the next request on' })
  @ApiOkResponse({ type: ApiKeyBody })
  async revoke(@Param('id', keyId) id: string): Promise<ApiKeyBody> {
    return apiKeyView(await this.auth.revokeKey(id));
  }
}
