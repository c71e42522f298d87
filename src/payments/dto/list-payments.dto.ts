import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import { AnyOf, DatedPageQuery, IsHex } from '../../http/list-filters.js';
import { PAYMENT_STATUSES, type PaymentStatus } from '../lifecycle.js';

export class ListPaymentsDto extends DatedPageQuery {
  @AnyOf(PAYMENT_STATUSES, 'One status, or several with commas between them')
  status?: PaymentStatus[];

  @ApiPropertyOptional({ description: 'The chain’s name' })
  @IsOptional()
  @IsString()
  @Length(1, 20)
  chain?: string;

  @ApiPropertyOptional({ description: 'Exactly the reference given to it' })
  @IsOptional()
  @IsString()
  @Length(1, 255)
  reference?: string;

  @ApiPropertyOptional({ description: 'The deposit address' })
  @IsHex(20, 'an address')
  address?: string;

  @ApiPropertyOptional({ description: 'The hash of a transaction that paid to its address' })
  @IsHex(32, 'the hash of a transaction')
  tx_hash?: string;
}
