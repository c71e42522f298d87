import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { PageQuery } from '../../http/page.js';
import { PAYMENT_STATUSES, type PaymentStatus } from '../lifecycle.js';

export class ListPaymentsDto extends PageQuery {
  @ApiPropertyOptional({ enum: PAYMENT_STATUSES })
  @IsOptional()
  @IsIn(PAYMENT_STATUSES)
  status?: PaymentStatus;

  @ApiPropertyOptional({ description: 'The chain’s name' })
  @IsOptional()
  @IsString()
  @Length(1, 20)
  chain?: string;

  @ApiPropertyOptional({ description: 'Exactly the reference given at creation' })
  @IsOptional()
  @IsString()
  @Length(1, 255)
  reference?: string;
}
