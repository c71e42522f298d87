import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS } from '../config/configuration.module.js';
import { uuidOr } from '../http/uuid-or.js';
import { IdempotencyService } from '../http/idempotency.js';
import { page, PageQuery } from '../http/page.js';
import { assetsNamed, type NamedAsset, type StoredAsset, storedAssets } from './accepted-assets.js';
import { MerchantNotFoundError } from './auth.errors.js';
import { AuthService, type MerchantSettings } from './auth.service.js';
import { merchantSettings, merchantView } from './auth.views.js';
import { type AuthenticatedKey } from './authenticated-key.js';
import { CreateMerchantDto, MerchantBody, MerchantPage, UpdateMerchantDto } from './dto/auth.dto.js';
import { CurrentKey, RequireScope } from './scopes.js';

const merchantIdPipe = uuidOr(MerchantNotFoundError);

/** An `admin` key is the operator's: it manages every merchant of the installation. */
@ApiTags('merchants')
@RequireScope('admin')
@Controller('merchants')
export class MerchantsController {
  constructor(
    private readonly auth: AuthService,
    private readonly idempotency: IdempotencyService,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
  ) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({ summary: 'Create a merchant' })
  @ApiCreatedResponse({ type: MerchantBody })
  async create(
    @CurrentKey() { merchantId }: AuthenticatedKey,
    @Body() dto: CreateMerchantDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<MerchantBody> {
    const request = { method: 'POST', path: '/api/v1/merchants', body: dto };
    const settings = this.settingsIn(dto);
    const answer = await this.idempotency.run({ merchantId, key, request, status: 201 }, async (manager) => {
      const merchant = await this.auth.createMerchant(manager, dto.name, settings);
      return merchantView(merchant, this.chains);
    });
    return answer.body;
  }

  @Get()
  @ApiOperation({ summary: 'List merchants, oldest first' })
  @ApiOkResponse({ type: MerchantPage })
  async list(@Query() { limit, after }: PageQuery): Promise<MerchantPage> {
    const merchants = await this.auth.listMerchants(limit + 1, after);
    return page(
      merchants.map((merchant) => merchantView(merchant, this.chains)),
      limit,
      ({ id }) => id,
    );
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a merchant' })
  @ApiOkResponse({ type: MerchantBody })
  async get(@Param('id', merchantIdPipe) id: string): Promise<MerchantBody> {
    return merchantView(await this.auth.merchant(id), this.chains);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a merchant; payments that exist stay as they are' })
  @ApiOkResponse({ type: MerchantBody })
  async update(
    @Param('id', merchantIdPipe) id: string,
    @Body() dto: UpdateMerchantDto,
  ): Promise<MerchantBody> {
    return merchantView(await this.auth.updateMerchant(id, this.settingsIn(dto)), this.chains);
  }

  /** @throws ValidationFailedError where it names assets that are not there */
  private settingsIn(dto: UpdateMerchantDto): Partial<MerchantSettings> {
    return merchantSettings(dto, this.accepted(dto.accept));
  }

  /** Undefined: it stays as it is. @throws ValidationFailedError where it names what is not there */
  private accepted(accept: NamedAsset[] | null | undefined): StoredAsset[] | null | undefined {
    return accept && storedAssets(assetsNamed(accept, this.chains));
  }
}
