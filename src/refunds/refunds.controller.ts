import {
  applyDecorators,
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Param,
  Post,
  Query,
} from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { MissingScopeError } from '../auth/auth.errors.js';
import { type AuthenticatedKey } from '../auth/authenticated-key.js';
import { CurrentKey, RequireScope } from '../auth/scopes.js';
import { type Page } from '../http/page.js';
import { uuidOr } from '../http/uuid-or.js';
import { CreateRefundDto } from './dto/create-refund.dto.js';
import { ListRefundsDto, REFUNDS_AT_ONCE, RefundsOfDto } from './dto/list-refunds.dto.js';
import { RefundBody, RefundList, RefundPage } from './dto/refund.body.js';
import { RefundActions } from './refund-actions.js';
import { RefundLists } from './refund-lists.js';
import {
  RefundedDepositNotFoundError,
  RefundedPaymentNotFoundError,
  RefundNotFoundError,
} from './refund.errors.js';
import { type RefundView } from './refund.view.js';
import { RefundsService } from './refunds.service.js';

const paymentId = uuidOr(RefundedPaymentNotFoundError);
const depositId = uuidOr(RefundedDepositNotFoundError);
const refundId = uuidOr(RefundNotFoundError);

const Creates = () =>
  applyDecorators(
    Post(),
    HttpCode(201),
    RequireScope('refunds:write'),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Send it again after a failure: the first answer is returned, and nothing is refunded twice',
    }),
    ApiCreatedResponse({ type: RefundBody }),
  );

const Lists = (summary: string) =>
  applyDecorators(
    Get(),
    RequireScope('payments:read'),
    ApiOperation({ summary, description: `In pages of ${REFUNDS_AT_ONCE}` }),
    ApiOkResponse({ type: RefundList }),
  );

@ApiTags('refunds')
@Controller('payments/:id/refunds')
export class PaymentRefundsController {
  constructor(
    private readonly refunds: RefundsService,
    private readonly lists: RefundLists,
  ) {}

  @Creates()
  @ApiOperation({
    summary: 'Send money of a payment back',
    description:
      'From the payment’s own address while the money is there, else from the account that pays refunds. It is sent by the sweeper; ' +
      'events tell how far it is. All refunds of a payment together are never more than it received, and until it is ' +
      'confirmed, what goes back no longer counts towards what is due.',
  })
  create(
    @CurrentKey() caller: AuthenticatedKey,
    @Param('id', paymentId) id: string,
    @Body() dto: CreateRefundDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<RefundView> {
    requireOperatorToForce(caller, dto);
    return this.refunds.ofPayment({ merchantId: caller.merchantId, id, dto, key });
  }

  @Lists('List the refunds of a payment, the first asked for first')
  list(
    @CurrentKey() { merchantId }: AuthenticatedKey,
    @Param('id', paymentId) id: string,
    @Query() { after }: RefundsOfDto,
  ): Promise<Page<RefundView>> {
    return this.lists.ofPayment(merchantId, id, after);
  }
}

@ApiTags('refunds')
@Controller('deposits/:id/refunds')
export class DepositRefundsController {
  constructor(
    private readonly refunds: RefundsService,
    private readonly lists: RefundLists,
  ) {}

  @Creates()
  @ApiOperation({
    summary: 'Send a deposit back, counted or not',
    description:
      'In the asset, and on the chain, in which it arrived: also what does not count, as another asset, on another chain, or ' +
      'too late. Of one that counts, what goes back no longer counts towards what is due until the payment is confirmed.',
  })
  create(
    @CurrentKey() caller: AuthenticatedKey,
    @Param('id', depositId) id: string,
    @Body() dto: CreateRefundDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<RefundView> {
    requireOperatorToForce(caller, dto);
    return this.refunds.ofDeposit({ merchantId: caller.merchantId, id, dto, key });
  }

  @Lists('List the refunds of this deposit alone, the first asked for first')
  list(
    @CurrentKey() { merchantId }: AuthenticatedKey,
    @Param('id', depositId) id: string,
    @Query() { after }: RefundsOfDto,
  ): Promise<Page<RefundView>> {
    return this.lists.ofDeposit(merchantId, id, after);
  }
}

@ApiTags('refunds')
@Controller('refunds')
export class RefundsController {
  constructor(
    private readonly lists: RefundLists,
    private readonly actions: RefundActions,
  ) {}

  @Get()
  @RequireScope('payments:read')
  @ApiOperation({ summary: 'List refunds, newest first' })
  @ApiOkResponse({ type: RefundPage })
  list(@CurrentKey() key: AuthenticatedKey, @Query() query: ListRefundsDto): Promise<Page<RefundView>> {
    return this.lists.list(key.merchantId, query);
  }

  @Get(':id')
  @RequireScope('payments:read')
  @ApiOperation({ summary: 'Read a refund' })
  @ApiOkResponse({ type: RefundBody })
  get(@CurrentKey() key: AuthenticatedKey, @Param('id', refundId) id: string): Promise<RefundView> {
    return this.lists.get(key.merchantId, id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @RequireScope('refunds:write')
  @ApiOperation({
    summary: 'Cancel a refund that waits',
    description:
      'Until it is signed: nothing has moved, and its amount counts again. A second time changes nothing.',
  })
  @ApiOkResponse({ type: RefundBody })
  cancel(@CurrentKey() key: AuthenticatedKey, @Param('id', refundId) id: string): Promise<RefundView> {
    return this.actions.cancel(key.merchantId, id);
  }

  @Post(':id/force')
  @HttpCode(200)
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Have a refund paid whatever its gas costs, of any merchant',
    description:
      'One that waits because its gas is more than REFUND_MAX_FEE_BPS allows, also one that is signed and not mined since.',
  })
  @ApiOkResponse({ type: RefundBody })
  force(@Param('id', refundId) id: string): Promise<RefundView> {
    return this.actions.force(id);
  }
}

/** The operator's gas is spent: no merchant's key decides on that. @throws MissingScopeError */
function requireOperatorToForce({ scopes }: AuthenticatedKey, { force }: CreateRefundDto): void {
  if (force === true && !scopes.includes('admin')) throw new MissingScopeError('admin');
}
