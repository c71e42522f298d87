import { ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { IsOptional, IsUUID } from 'class-validator';
import { PageQuery } from '../../http/page.js';
import { AnyOf, DatedPageQuery, IsHex } from '../../http/list-filters.js';
import { REFUND_STATES, type RefundState } from '../refund.entity.js';

export class ListRefundsDto extends DatedPageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  payment_id?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Those of this deposit alone' })
  @IsOptional()
  @IsUUID()
  deposit_id?: string;

  @AnyOf(REFUND_STATES, 'One status, or several with commas between them')
  status?: RefundState[];

  @ApiPropertyOptional({ description: 'Who gets the money' })
  @IsHex(20, 'an address')
  address?: string;

  @ApiPropertyOptional({ description: 'The hash of its transaction, of any attempt' })
  @IsHex(32, 'the hash of a transaction')
  tx_hash?: string;
}

/** How many refunds of one payment or deposit a page of them has. */
export const REFUNDS_AT_ONCE = 500;

/** Of one payment or deposit: hardly ever more than a page. */
export class RefundsOfDto extends PickType(PageQuery, ['after']) {}
