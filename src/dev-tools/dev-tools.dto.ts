import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsUUID, Max, Min } from 'class-validator';
import { IsAmount } from '../payments/dto/is-amount.js';
import { IsRecipient } from '../refunds/dto/is-recipient.js';

const MAX_BLOCKS = 1_000;
const MAX_DEPTH = 200;
const MAX_SECONDS = 30 * 86_400;

export class DevPayDto {
  @ApiPropertyOptional({ type: String, description: 'Base units. Left out: what is still due' })
  @IsOptional()
  @IsAmount()
  amount?: string | number | null;
}

export class DevMineDto {
  @ApiPropertyOptional({ minimum: 1, maximum: MAX_BLOCKS, description: 'Left out: one' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_BLOCKS)
  blocks?: number | null;
}

export class DevForwardDto {
  @ApiProperty({ minimum: 1, maximum: MAX_SECONDS, example: 3_600 })
  @IsInt()
  @Min(1)
  @Max(MAX_SECONDS)
  seconds: number;
}

export class DevReorgDto {
  @ApiProperty({ minimum: 1, maximum: MAX_DEPTH, example: 2, description: 'How many of the last blocks' })
  @IsInt()
  @Min(1)
  @Max(MAX_DEPTH)
  depth: number;
}

export class DevGiveDto {
  @ApiProperty({ example: '0x00000000219ab540356cBB839Cbe05303d7705Fa' })
  @IsRecipient()
  to: string;

  @ApiProperty({ type: String, example: '1000000000000000000', description: 'Base units' })
  @IsAmount()
  amount: string | number;

  @ApiPropertyOptional({ type: String, nullable: true, format: 'uuid', description: 'Left out: ether' })
  @IsOptional()
  @IsUUID(undefined, { message: 'must be a token’s id, which is a UUID; ids are in GET /chains' })
  token_id?: string | null;
}

export class DevPaidBody {
  @ApiProperty({ description: 'It is mined within a second' })
  tx_hash: string;
  @ApiProperty({ description: 'Base units' })
  amount: string;
}

export class DevChainBody {
  @ApiProperty({ description: 'Of the last block' })
  number: number;
  @ApiProperty({ format: 'date-time', description: 'Of the last block: by it payments expire' })
  time: string;
}
