import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional, IsUUID } from 'class-validator';
import { AnyOf, DatedPageQuery, IsHex } from '../../http/list-filters.js';
import { DEPOSIT_STATES, type DepositState } from '../counting.js';
import { IsChainName } from '../../auth/dto/accept.dto.js';

export class ListDepositsDto extends DatedPageQuery {
  @AnyOf(DEPOSIT_STATES, 'One status, or several with commas between them')
  status?: DepositState[];

  @ApiPropertyOptional({ description: 'The deposit address that it reached' })
  @IsHex(20, 'an address')
  address?: string;

  @ApiPropertyOptional({ description: 'The hash of its transaction' })
  @IsHex(32, 'the hash of a transaction')
  tx_hash?: string;

  @ApiPropertyOptional({
    type: Boolean,
    description: 'false: what nobody has decided on yet; true: what counts, or was accepted',
  })
  @IsOptional()
  @Transform(({ value }) => ({ true: true, false: false })[value as string] ?? (value as unknown))
  @IsBoolean({ message: 'assigned must be true or false' })
  assigned?: boolean;

  @ApiPropertyOptional({ description: 'The name of the chain it arrived on' })
  @IsOptional()
  @IsChainName()
  chain?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  payment_id?: string;
}
