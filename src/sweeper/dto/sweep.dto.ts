import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsBoolean, IsOptional, IsString, IsUUID, Length } from 'class-validator';
import { AnyOf, DatedPageQuery, OlderStatusFilter } from '../../http/list-filters.js';
import { IsStorableText } from '../../http/is-storable.js';
import { SWEEP_STATES, type SweepState } from '../sweep.entity.js';
import { IsChainName } from '../../auth/dto/accept.dto.js';

export class ListSweepsDto extends DatedPageQuery {
  @AnyOf(SWEEP_STATES, 'One status, or several with commas between them')
  status?: SweepState[];

  @OlderStatusFilter(SWEEP_STATES)
  state?: SweepState;

  @ApiPropertyOptional({ description: 'The name of the chain' })
  @IsOptional()
  @IsChainName()
  chain?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  payment_id?: string;
}

export class RunSweepsDto {
  @ApiPropertyOptional({ description: 'Only this chain; left out: all' })
  @IsOptional()
  @IsChainName()
  chain?: string;

  @ApiPropertyOptional({
    type: [String],
    description: 'Only the money of these payments, whatever their status; left out: all that may be swept',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(1_000)
  @IsUUID(undefined, { each: true })
  payment_ids?: string[];

  @ApiPropertyOptional({
    description:
      'Neither minimum, nor fee share, nor earlier failures hold it back; pause, limits and the gas price ceiling do',
  })
  @IsOptional()
  @IsBoolean()
  force?: boolean;

  @ApiPropertyOptional({ description: 'Only report what would be swept' })
  @IsOptional()
  @IsBoolean()
  dry_run?: boolean;
}

export class PauseSweepsDto {
  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 500 })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  @IsStorableText()
  reason?: string | null;
}
