import { Body, Controller, Get, Headers, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type AuthenticatedKey } from '../auth/authenticated-key.js';
import { CurrentKey, RequireScope } from '../auth/scopes.js';
import { type Page } from '../http/page.js';
import { uuidOr } from '../http/uuid-or.js';
import { CreatePaymentLinkDto, ListPaymentLinksDto, UpdatePaymentLinkDto } from './dto/payment-link.dto.js';
import { PaymentLinkBody, PaymentLinkPage } from './dto/payment-link.body.js';
import { PaymentLinkNotFoundError } from './payment-link.errors.js';
import { type PaymentLinkView } from './payment-link.view.js';
import { PaymentLinksService } from './payment-links.service.js';

const linkId = uuidOr(PaymentLinkNotFoundError);

@ApiTags('payment-links')
@Controller('payment-links')
export class PaymentLinksController {
  constructor(private readonly links: PaymentLinksService) {}

  @Post()
  @HttpCode(201)
  @RequireScope('payments:write')
  @ApiOperation({ summary: 'Make a page that makes a payment for each of its visitors' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Send it again after a failure: the first answer is returned',
  })
  @ApiCreatedResponse({ type: PaymentLinkBody })
  create(
    @CurrentKey() key: AuthenticatedKey,
    @Body() dto: CreatePaymentLinkDto,
    @Headers('idempotency-key') idempotencyKey?: string,
  ): Promise<PaymentLinkView> {
    return this.links.create(key.merchantId, dto, idempotencyKey);
  }

  @Get()
  @RequireScope('payments:read')
  @ApiOperation({ summary: 'List payment links, newest first' })
  @ApiOkResponse({ type: PaymentLinkPage })
  list(
    @CurrentKey() key: AuthenticatedKey,
    @Query() query: ListPaymentLinksDto,
  ): Promise<Page<PaymentLinkView>> {
    return this.links.list(key.merchantId, query);
  }

  @Get(':id')
  @RequireScope('payments:read')
  @ApiOperation({ summary: 'Read a payment link' })
  @ApiOkResponse({ type: PaymentLinkBody })
  get(@CurrentKey() key: AuthenticatedKey, @Param('id', linkId) id: string): Promise<PaymentLinkView> {
    return this.links.get(key.merchantId, id);
  }

  @Patch(':id')
  @RequireScope('payments:write')
  @ApiOperation({
    summary: 'Change a payment link, or end it with `active: false`; what is left out stays',
    description: 'Payments that it made stay as they are. A visitor who has the form open is shown it again.',
  })
  @ApiOkResponse({ type: PaymentLinkBody })
  update(
    @CurrentKey() key: AuthenticatedKey,
    @Param('id', linkId) id: string,
    @Body() dto: UpdatePaymentLinkDto,
  ): Promise<PaymentLinkView> {
    return this.links.update(key.merchantId, id, dto);
  }
}
