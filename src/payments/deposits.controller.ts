import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { uuidOr } from '../http/uuid-or.js';
import { type AuthenticatedKey } from '../auth/authenticated-key.js';
import { CurrentKey, RequireScope } from '../auth/scopes.js';
import { type Page } from '../http/page.js';
import { type DepositView } from './deposit.view.js';
import { DepositsService } from './deposits.service.js';
import { DepositBody, DepositPage } from './dto/deposit.body.js';
import { ListDepositsDto } from './dto/deposit.dto.js';
import { DepositNotFoundError } from './payment.errors.js';

const depositId = uuidOr(DepositNotFoundError);

@ApiTags('deposits')
@Controller('deposits')
export class DepositsController {
  constructor(private readonly deposits: DepositsService) {}

  @Get()
  @RequireScope('payments:read')
  @ApiOperation({ summary: 'List what reached your deposit addresses, newest first' })
  @ApiOkResponse({ type: DepositPage })
  list(@CurrentKey() key: AuthenticatedKey, @Query() query: ListDepositsDto): Promise<Page<DepositView>> {
    return this.deposits.list(key.merchantId, query);
  }

  @Get(':id')
  @RequireScope('payments:read')
  @ApiOperation({ summary: 'Read a deposit' })
  @ApiOkResponse({ type: DepositBody })
  get(@CurrentKey() key: AuthenticatedKey, @Param('id', depositId) id: string): Promise<DepositView> {
    return this.deposits.get(key.merchantId, id);
  }

  @Post(':id/accept')
  @HttpCode(200)
  @RequireScope('payments:write')
  @ApiOperation({
    summary: 'Accept a deposit that does not count by itself',
    description:
      'Late money of the right asset counts towards its payment from then on. Another asset, or another chain, cannot ' +
      'be added to the amount due: it is marked as settled by you, and no longer listed as unassigned.',
  })
  @ApiOkResponse({ type: DepositBody })
  accept(@CurrentKey() key: AuthenticatedKey, @Param('id', depositId) id: string): Promise<DepositView> {
    return this.deposits.accept(key.merchantId, id);
  }

  @Post(':id/ignore')
  @HttpCode(200)
  @RequireScope('payments:write')
  @ApiOperation({ summary: 'Leave a deposit that does not count; it may still be accepted later' })
  @ApiOkResponse({ type: DepositBody })
  ignore(@CurrentKey() key: AuthenticatedKey, @Param('id', depositId) id: string): Promise<DepositView> {
    return this.deposits.ignore(key.merchantId, id);
  }
}
