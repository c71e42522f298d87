import { Body, Controller, Get, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type AuthenticatedKey } from '../auth/authenticated-key.js';
import { CurrentKey, RequireScope } from '../auth/scopes.js';
import { uuidOr } from '../http/uuid-or.js';
import { CreateRefundDto } from './dto/create-refund.dto.js';
import { RefundBody, RefundList } from './dto/refund.body.js';
import { RefundedPaymentNotFoundError } from './refund.errors.js';
import { type RefundView } from './refund.view.js';
import { RefundsService } from './refunds.service.js';

const paymentId = uuidOr(RefundedPaymentNotFoundError);

@ApiTags('refunds')
@Controller('payments/:id/refunds')
export class RefundsController {
  constructor(private readonly refunds: RefundsService) {}

  @Post()
  @HttpCode(201)
  @RequireScope('refunds:write')
  @ApiOperation({
    summary: 'Send money of a payment back',
    description:
      'From the payment’s own address while the money is there, else from the account that pays refunds. It is sent by the sweeper; ' +
      'events tell how far it is. All refunds of a payment together are never more than it received.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Send it again after a failure: the first answer comes back, and nothing is refunded twice',
  })
  @ApiCreatedResponse({ type: RefundBody })
  async create(
    @CurrentKey() { merchantId }: AuthenticatedKey,
    @Param('id', paymentId) id: string,
    @Body() dto: CreateRefundDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<RefundView> {
    return (await this.refunds.create(merchantId, id, dto, key)).body;
  }

  @Get()
  @RequireScope('payments:read')
  @ApiOperation({ summary: 'List the refunds of a payment, the first asked for first' })
  @ApiOkResponse({ type: RefundList })
  async list(
    @CurrentKey() { merchantId }: AuthenticatedKey,
    @Param('id', paymentId) id: string,
  ): Promise<{ data: RefundView[] }> {
    return { data: await this.refunds.list(merchantId, id) };
  }
}
