import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { AcceptedAssetDto, MOST_ACCEPTED } from '../../auth/dto/accept.dto.js';
import { MAX_URL_LENGTH } from '../../auth/shop-origins.js';
import { IsInstant } from '../../http/is-instant.js';
import { IsOneLine } from '../../http/is-one-line.js';
import { IsMetadata, IsStorableText } from '../../http/is-storable.js';
import { PageQuery } from '../../http/page.js';

const MINUTES_PER_30_DAYS = 43_200;
const MOST_FIELDS = 10;
const MOST_IN_STOCK = 10_000;
/** Of an answer: a form with ten such answers is sent in 64 KB. */
const LONGEST_ANSWER = 500;
const ifGiven = () => ValidateIf((_dto, value) => value !== undefined);

export class LinkPriceDto {
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: '49.90',
    description: 'A decimal string in whole units. Left out: the visitor says how much',
  })
  @IsOptional()
  amount?: unknown;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: '5',
    description: 'The least that a visitor may say',
  })
  @IsOptional()
  min?: unknown;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: '500',
    description: 'The most that a visitor may say',
  })
  @IsOptional()
  max?: unknown;

  @ApiProperty({
    example: 'EUR',
    description: 'A code of ISO 4217; or, with `chain`, the symbol of one of its assets',
  })
  @IsString()
  @Length(1, 32)
  currency: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'The chain that the currency is an asset of',
  })
  @IsOptional()
  @IsString()
  @Length(1, 20)
  chain?: string | null;
}

export class LinkFieldDto {
  @ApiProperty({ example: 'Your name', maxLength: 100 })
  @IsString()
  @Length(1, 100)
  @IsOneLine()
  label: string;

  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'Whether there is no payment without an answer',
  })
  @ifGiven()
  @IsBoolean()
  required?: boolean;

  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: LONGEST_ANSWER, default: 200 })
  @ifGiven()
  @IsInt()
  @Min(1)
  @Max(LONGEST_ANSWER)
  max_length?: number;
}

export class CreatePaymentLinkDto {
  @ApiProperty({ example: 'Espresso course', maxLength: 200, description: 'What is paid for' })
  @IsString()
  @Length(1, 200)
  @IsOneLine()
  title: string;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 2000 })
  @IsOptional()
  @IsString()
  @Length(1, 2000)
  @IsStorableText()
  description?: string | null;

  @ApiProperty({ type: LinkPriceDto })
  @IsObject({
    message: 'must be {"amount": "49.90", "currency": "EUR"}, or without amount for an open price',
  })
  @ValidateNested()
  @Type(() => LinkPriceDto)
  price: LinkPriceDto;

  @ApiPropertyOptional({
    type: [AcceptedAssetDto],
    nullable: true,
    maxItems: MOST_ACCEPTED,
    description: 'What its payments may be paid in; left out: all that the merchant accepts',
  })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty({ message: 'must name at least one asset; leave it out for all that the merchant accepts' })
  @ArrayMaxSize(MOST_ACCEPTED)
  @ValidateNested({ each: true, message: 'must be a list of {"chain": "…", "token_id": "…"}' })
  @Type(() => AcceptedAssetDto)
  accept?: AcceptedAssetDto[] | null;

  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description:
      'One payment, as for an invoice: whoever opens the link again is led to it, until it expires',
  })
  @ifGiven()
  @IsBoolean()
  once?: boolean;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: 1,
    maximum: MOST_IN_STOCK,
    description: 'How many may be sold: payments that are made and have not expired. Left out: any number',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MOST_IN_STOCK)
  stock?: number | null;

  @ApiPropertyOptional({
    type: [LinkFieldDto],
    maxItems: MOST_FIELDS,
    description: 'What visitors are asked; their answers are in `link` of the payment',
  })
  @ifGiven()
  @IsArray()
  @ArrayMaxSize(MOST_FIELDS)
  @ValidateNested({
    each: true,
    message: 'must be a list of {"label": "…", "required": true, "max_length": 200}',
  })
  @Type(() => LinkFieldDto)
  fields?: LinkFieldDto[];

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: MAX_URL_LENGTH,
    description: 'Where the pay page leads when it is paid; of one of the merchant’s `shop_origins`',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_URL_LENGTH)
  success_url?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: MAX_URL_LENGTH })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_URL_LENGTH)
  cancel_url?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 255,
    description: 'Of each of its payments',
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
    description: 'Of each of its payments, up to 16 KB of JSON',
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
  payment_expires_in_minutes?: number | null;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'From then on it makes no payments; left out: it stays',
  })
  @IsOptional()
  @IsInstant()
  expires_at?: string | null;

  @ApiPropertyOptional({ type: Boolean, default: true, description: 'false: it makes no payments' })
  @ifGiven()
  @IsBoolean()
  active?: boolean;
}

export class UpdatePaymentLinkDto extends PartialType(CreatePaymentLinkDto, { skipNullProperties: false }) {}

export class ListPaymentLinksDto extends PageQuery {
  @ApiPropertyOptional({ type: Boolean, description: 'true: those that make payments; false: the others' })
  @IsOptional()
  @Transform(({ value }) => ({ true: true, false: false })[value as string] ?? (value as unknown))
  @IsBoolean({ message: 'active must be true or false' })
  active?: boolean;
}
