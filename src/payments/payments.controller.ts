import { Body, Controller, Get, Headers, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { uuidOr } from '../http/uuid-or.js';
import { type AuthenticatedKey } from '../auth/authenticated-key.js';
import { CurrentKey, RequireScope } from '../auth/scopes.js';
import { type Page } from '../http/page.js';
import { CreatePaymentDto } from './dto/create-payment.dto.js';
import { ListPaymentsDto } from './dto/list-payments.dto.js';
import { PaymentBody, PaymentPage } from './dto/payment.body.js';
import { UpdatePaymentDto } from './dto/update-payment.dto.js';
import { PaymentChanges } from './payment-changes.js';
import { type PaymentView } from './payment.view.js';
import { PaymentNotFoundError } from './payment.errors.js';
import { PaymentsService } from './payments.service.js';

const paymentId = uuidOr(PaymentNotFoundError);

@ApiTags('payments')
@Controller('payments')
export class PaymentsController {
  constructor(
    private readonly payments: PaymentsService,
    private readonly changes: PaymentChanges,
  ) {}

  @Post()
  @HttpCode(201)
  @RequireScope('payments:write')
  @ApiOperation({ summary: 'Ask for a payment and get a deposit address of its own' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Send it again after a failure: the first answer is returned',
  })
  @ApiBody({
    type: CreatePaymentDto,
    examples: {
      native: {
        summary: 'One ether',
        value: { chain: 'devchain', amount: '1000000000000000000', reference: 'order 1' },
      },
      token: {
        summary: '19.99 of a token with six decimals, for an hour',
        value: {
          chain: 'devchain',
          amount: '19990000',
          token_id: '9a3f0f0e-51a4-5f0e-8e39-0f2f5f0c7a11',
          expires_in_minutes: 60,
          metadata: { cart: 'b7' },
        },
      },
    },
  })
  @ApiCreatedResponse({ type: PaymentBody })
  create(
    @CurrentKey() key: AuthenticatedKey,
    @Body() dto: CreatePaymentDto,
    @Headers('idempotency-key') idempotencyKey?: string,
  ): Promise<PaymentView> {
    return this.payments.create(key.merchantId, dto, idempotencyKey);
  }

  @Get()
  @RequireScope('payments:read')
  @ApiOperation({ summary: 'List payments, newest first' })
  @ApiOkResponse({ type: PaymentPage })
  list(@CurrentKey() key: AuthenticatedKey, @Query() query: ListPaymentsDto): Promise<Page<PaymentView>> {
    return this.payments.list(key.merchantId, query);
  }

  @Get(':id')
  @RequireScope('payments:read')
  @ApiOperation({ summary: 'Read a payment' })
  @ApiOkResponse({ type: PaymentBody })
  get(@CurrentKey() key: AuthenticatedKey, @Param('id', paymentId) id: string): Promise<PaymentView> {
    return this.payments.get(key.merchantId, id);
  }

  @Patch(':id')
  @RequireScope('payments:write')
  @ApiOperation({
    summary: 'Change a payment’s reference, metadata or expiry; what is left out stays',
    description: 'The expiry while it waits for money. What changes is announced by `payment.updated`.',
  })
  @ApiOkResponse({ type: PaymentBody })
  update(
    @CurrentKey() key: AuthenticatedKey,
    @Param('id', paymentId) id: string,
    @Body() dto: UpdatePaymentDto,
  ): Promise<PaymentView> {
    return this.changes.update(key.merchantId, id, dto);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @RequireScope('payments:write')
  @ApiOperation({
    summary: 'Cancel a payment for which nothing has arrived',
    description:
      'What is mined later at its address is an unassigned deposit, to be refunded or accepted; what was mined before and not seen yet still counts. A second time changes nothing.',
  })
  @ApiOkResponse({ type: PaymentBody })
  cancel(@CurrentKey() key: AuthenticatedKey, @Param('id', paymentId) id: string): Promise<PaymentView> {
    return this.changes.cancel(key.merchantId, id);
  }
}
