import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, IsUUID, Length, Max, Min } from 'class-validator';
import { IsAmount } from './is-amount.js';
import { IsMetadata, IsStorableText } from '../../http/is-storable.js';

const MINUTES_PER_30_DAYS = 43_200;

export class CreatePaymentDto {
  @ApiProperty({ example: 'devchain', description: 'The name of a chain that GET /chains lists' })
  @IsString()
  @Length(1, 20)
  chain: string;

  @ApiProperty({
    type: String,
    example: '1000000000000000000',
    description:
      'What is due, in base units (wei, or the token’s smallest unit). Send a string: JSON numbers above 2^53−1 lose digits and are refused.',
  })
  @IsAmount()
  amount: string | number;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    format: 'uuid',
    description: 'Of a token that GET /chains lists. Left out: the chain’s native asset',
  })
  @IsOptional()
  @IsUUID(undefined, { message: 'must be a token’s id, which is a UUID; ids are in GET /chains' })
  token_id?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 255,
    description: 'Your own name for it, such as an order number',
  })
  @IsOptional()
  @IsString()
  @Length(1, 255)
  @IsStorableText()
  reference?: string | null;

  @ApiPropertyOptional({
    type: 'object',
    nullable: true,
    additionalProperties: true,
    description: 'Anything you want back with the payment and its webhooks, up to 16 KB of JSON',
  })
  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, unknown> | null;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: 1,
    maximum: MINUTES_PER_30_DAYS,
    default: 30,
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MINUTES_PER_30_DAYS)
  expires_in_minutes?: number | null;
}
