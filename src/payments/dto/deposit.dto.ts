import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional, IsString, IsUUID, Length } from 'class-validator';
import { PageQuery } from '../../http/page.js';

export class ListDepositsDto extends PageQuery {
  @ApiPropertyOptional({
    type: Boolean,
    description: 'false: what nobody has made anything of yet; true: what counts, or was accepted',
  })
  @IsOptional()
  @Transform(({ value }) => ({ true: true, false: false })[value as string] ?? (value as unknown))
  @IsBoolean({ message: 'assigned must be true or false' })
  assigned?: boolean;

  @ApiPropertyOptional({ description: 'The name of the chain it arrived on' })
  @IsOptional()
  @IsString()
  @Length(1, 20)
  chain?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  payment_id?: string;
}
