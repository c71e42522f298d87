import { ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, Length, Matches } from 'class-validator';
import { AnyOf, DatedPageQuery, IsHex } from '../../http/list-filters.js';
import { PAYMENT_STATUSES, type PaymentStatus } from '../lifecycle.js';
import { IsChainName } from '../../auth/dto/accept.dto.js';

export class ListPaymentsDto extends DatedPageQuery {
  @AnyOf(PAYMENT_STATUSES, 'One status, or several with commas between them')
  status?: PaymentStatus[];

  @ApiPropertyOptional({ description: 'The chain’s name' })
  @IsOptional()
  @IsChainName()
  chain?: string;

  @ApiPropertyOptional({
    example: 'base/USDC',
    description:
      'The asset that it shows as its own, as `chain/SYMBOL`, or `chain/0x…` with a token’s address: in which it received most',
  })
  @IsOptional()
  @Matches(/^[^/]{1,20}\/[^/]{1,64}$/, { message: 'must be chain/SYMBOL or chain/0x…, as in base/USDC' })
  asset?: string;

  @ApiPropertyOptional({
    example: 'EUR',
    description: 'Of its price: a code of ISO 4217, or the symbol that the price is in',
  })
  @IsOptional()
  @IsString()
  @Length(1, 32)
  currency?: string;

  @ApiPropertyOptional({ example: '10.00', description: 'The least price; with `currency`' })
  @IsOptional()
  @IsString()
  price_min?: string;

  @ApiPropertyOptional({ example: '49.90', description: 'The highest price; with `currency`' })
  @IsOptional()
  @IsString()
  price_max?: string;

  @ApiPropertyOptional({ format: 'uuid', description: 'The payment link that it was made by' })
  @IsOptional()
  @IsUUID()
  link_id?: string;

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

/** What payments are narrowed by, wherever more than one of them is told of. */
export type PaymentQuery = Omit<ListPaymentsDto, 'limit' | 'after'>;

export const EXPORT_FORMATS = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export class ExportPaymentsDto extends OmitType(ListPaymentsDto, ['limit', 'after']) {
  @ApiPropertyOptional({
    enum: EXPORT_FORMATS,
    default: 'csv',
    description: 'CSV of RFC 4180, or one JSON object a line',
  })
  @IsOptional()
  @IsIn(EXPORT_FORMATS)
  format: ExportFormat = 'csv';
}
