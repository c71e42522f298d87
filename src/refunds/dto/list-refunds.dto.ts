import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsUUID } from 'class-validator';
import { PageQuery } from '../../http/page.js';
import { REFUND_STATES, type RefundState } from '../refund.entity.js';

export class ListRefundsDto extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  payment_id?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'Those of this deposit alone' })
  @IsOptional()
  @IsUUID()
  deposit_id?: string;

  @ApiPropertyOptional({ enum: REFUND_STATES })
  @IsOptional()
  @IsIn(REFUND_STATES)
  status?: RefundState;

  @ApiPropertyOptional({ format: 'date-time', description: 'Asked for after this' })
  @IsOptional()
  @IsISO8601({ strict: true })
  created_after?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Asked for before this' })
  @IsOptional()
  @IsISO8601({ strict: true })
  created_before?: string;
}
