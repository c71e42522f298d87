import { Body, Controller, Get, Headers, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { uuidOr } from '../http/uuid-or.js';
import { IdempotencyService } from '../http/idempotency.js';
import { page, PageQuery } from '../http/page.js';
import { MerchantNotFoundError } from './auth.errors.js';
import { AuthService } from './auth.service.js';
import { merchantView } from './auth.views.js';
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
    const answer = await this.idempotency.run({ merchantId, key, request, status: 201 }, async (manager) =>
      merchantView(await this.auth.createMerchant(manager, dto.name, dto.underpayment_tolerance_bps)),
    );
    return answer.body;
  }

  @Get()
  @ApiOperation({ summary: 'List merchants, oldest first' })
  @ApiOkResponse({ type: MerchantPage })
  async list(@Query() { limit, after }: PageQuery): Promise<MerchantPage> {
    const merchants = await this.auth.listMerchants(limit + 1, after);
    return page(merchants.map(merchantView), limit, ({ id }) => id);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a merchant' })
  @ApiOkResponse({ type: MerchantBody })
  async get(@Param('id', merchantIdPipe) id: string): Promise<MerchantBody> {
    return merchantView(await this.auth.merchant(id));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a merchant; payments that exist stay as they are' })
  @ApiOkResponse({ type: MerchantBody })
  async update(
    @Param('id', merchantIdPipe) id: string,
    @Body() { name, underpayment_tolerance_bps: underpaymentToleranceBps }: UpdateMerchantDto,
  ): Promise<MerchantBody> {
    return merchantView(await this.auth.updateMerchant(id, { name, underpaymentToleranceBps }));
  }
}
