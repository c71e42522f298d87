import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsDefined, IsOptional } from 'class-validator';
import { IsChainName } from '../../auth/dto/accept.dto.js';

/** What a payment costs. Its amount and currency are read together, by `parsePrice`. */
export class PriceDto {
  @ApiProperty({
    type: String,
    example: '49.90',
    description: 'A decimal string in whole units, with at most the currency’s decimals',
  })
  @IsDefined()
  amount: unknown;

  @ApiProperty({
    type: String,
    example: 'EUR',
    description: 'A code of ISO 4217; or, with `chain`, the symbol of an asset of that chain',
  })
  @IsDefined()
  currency: unknown;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'The name of the chain whose asset the price is made in; left out: a currency',
  })
  @IsOptional()
  @IsChainName()
  chain?: string | null;
}
