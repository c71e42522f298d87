import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type AuthenticatedKey } from '../auth/authenticated-key.js';
import { CurrentKey, RequireScope } from '../auth/scopes.js';
import { uuidOr } from '../http/uuid-or.js';
import { PaymentNotFoundError } from '../payments/payment.errors.js';
import { CheckBody } from './check.body.js';
import { CheckLimits } from './check-limits.js';
import { CheckPaymentDto } from './check.dto.js';
import { PaymentCheckService } from './payment-check.service.js';

@ApiTags('payments')
@Controller('payments')
export class PaymentCheckController {
  constructor(
    private readonly checks: PaymentCheckService,
    private readonly limits: CheckLimits,
  ) {}

  @Post(':id/check')
  @HttpCode(200)
  @RequireScope('payments:write')
  @ApiOperation({
    summary: 'Say where the money of a transaction is',
    description:
      'Reads the transaction from the payment’s chain, and from the others where it is not there; has what is missing ' +
      'recorded, and says of the rest why it does not count. A merchant may ask 60 times a minute, all together 600 times.',
  })
  @ApiOkResponse({ type: CheckBody })
  async check(
    @CurrentKey() { merchantId }: AuthenticatedKey,
    @Param('id', uuidOr(PaymentNotFoundError)) id: string,
    @Body() { tx_hash: txHash }: CheckPaymentDto,
  ): Promise<CheckBody> {
    this.limits.spend(merchantId);
    return this.checks.check(merchantId, id, txHash);
  }
}
