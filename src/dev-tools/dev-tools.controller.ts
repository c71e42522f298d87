import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type AuthenticatedKey } from '../auth/authenticated-key.js';
import { CurrentKey, RequireScope } from '../auth/scopes.js';
import { uuidOr } from '../http/uuid-or.js';
import { PaymentBody } from '../payments/dto/payment.body.js';
import { PaymentNotFoundError } from '../payments/payment.errors.js';
import { type PaymentView } from '../payments/payment.view.js';
import { type ChainHead, DevChainControl } from './dev-chain-control.js';
import { type DevPaid, DevPayments } from './dev-payments.js';
import {
  DevChainBody,
  DevForwardDto,
  DevGiveDto,
  DevMineDto,
  DevPaidBody,
  DevPayDto,
  DevReorgDto,
} from './dev-tools.dto.js';

const paymentId = uuidOr(PaymentNotFoundError);

/** Only where the dev chain runs, which is never in production. */
@ApiTags('dev')
@Controller('dev')
export class DevToolsController {
  constructor(
    private readonly payments: DevPayments,
    private readonly chain: DevChainControl,
  ) {}

  @Post('payments/:id/pay')
  @HttpCode(200)
  @RequireScope('payments:write')
  @ApiOperation({ summary: 'Pay a payment, as its customer would' })
  @ApiOkResponse({ type: DevPaidBody })
  pay(
    @CurrentKey() key: AuthenticatedKey,
    @Param('id', paymentId) id: string,
    @Body() { amount }: DevPayDto,
  ): Promise<DevPaid> {
    return this.payments.pay(key.merchantId, id, amount == null ? null : BigInt(amount));
  }

  @Post('payments/:id/expire')
  @HttpCode(200)
  @RequireScope('payments:write')
  @ApiOperation({ summary: 'End a payment’s time now: it expires with the block that is mined at once' })
  @ApiOkResponse({ type: PaymentBody })
  expire(@CurrentKey() key: AuthenticatedKey, @Param('id', paymentId) id: string): Promise<PaymentView> {
    return this.payments.expire(key.merchantId, id);
  }

  @Post('payments/:id/reorg')
  @HttpCode(200)
  @RequireScope('payments:write')
  @ApiOperation({ summary: 'Take back the blocks that a payment’s money is in: the money is gone' })
  @ApiOkResponse({ type: DevChainBody })
  async reorgPayment(
    @CurrentKey() key: AuthenticatedKey,
    @Param('id', paymentId) id: string,
  ): Promise<DevChainBody> {
    return body(await this.payments.reorg(key.merchantId, id));
  }

  @Post('faucet')
  @HttpCode(200)
  @RequireScope('payments:write')
  @ApiOperation({ summary: 'Give money of the dev chain to an address' })
  @ApiOkResponse({ type: DevPaidBody })
  give(@Body() { to, amount, token_id: tokenId }: DevGiveDto): Promise<DevPaid> {
    return this.payments.give(to, BigInt(amount), tokenId ?? null);
  }

  @Get('chain')
  @RequireScope('payments:read')
  @ApiOperation({ summary: 'The dev chain’s last block, and its clock' })
  @ApiOkResponse({ type: DevChainBody })
  async head(): Promise<DevChainBody> {
    return body(await this.chain.head());
  }

  @Post('chain/mine')
  @HttpCode(200)
  @RequireScope('payments:write')
  @ApiOperation({ summary: 'Mine blocks at once' })
  @ApiOkResponse({ type: DevChainBody })
  async mine(@Body() { blocks }: DevMineDto): Promise<DevChainBody> {
    return body(await this.chain.mine(blocks ?? 1));
  }

  @Post('chain/forward')
  @HttpCode(200)
  @RequireScope('payments:write')
  @ApiOperation({
    summary: 'Move the dev chain’s clock forward',
    description:
      'Whatever expires by then expires. It cannot be moved back: a payment made later expires sooner by as much, unless it asks for longer.',
  })
  @ApiOkResponse({ type: DevChainBody })
  async forward(@Body() { seconds }: DevForwardDto): Promise<DevChainBody> {
    return body(await this.chain.forward(seconds));
  }

  @Post('chain/reorg')
  @HttpCode(200)
  @RequireScope('payments:write')
  @ApiOperation({ summary: 'Put empty blocks in place of the last ones' })
  @ApiOkResponse({ type: DevChainBody })
  async reorg(@Body() { depth }: DevReorgDto): Promise<DevChainBody> {
    return body(await this.chain.reorg(depth));
  }
}

function body({ number, time }: ChainHead): DevChainBody {
  return { number, time: time.toISOString() };
}
