import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
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
import { MAX_URL_LENGTH } from '../../auth/shop-origins.js';
import { AcceptedAssetDto, IsChainName, IsTokenId, MOST_ACCEPTED } from '../../auth/dto/accept.dto.js';
import { IsAmount } from './is-amount.js';
import { PriceDto } from './price.dto.js';
import { IsMetadata, IsStorableText } from '../../http/is-storable.js';

const MINUTES_PER_30_DAYS = 43_200;

/** Of the form without a price. */
const withoutPrice = () =>
  ValidateIf((dto: CreatePaymentDto, value) => value !== undefined || (dto.price ?? null) === null);

export class CreatePaymentDto {
  @ApiPropertyOptional({
    example: 'devchain',
    description: 'The name of a chain that GET /chains lists; needed without `price`',
  })
  @withoutPrice()
  @IsChainName()
  chain?: string;

  @ApiPropertyOptional({
    type: String,
    example: '1000000000000000000',
    description:
      'Needed without `price`. What is due, in base units (wei, or the token’s smallest unit). Send a string: JSON numbers above 2^53−1 lose digits and are refused.',
  })
  @withoutPrice()
  @IsAmount()
  amount?: string | number;

  @IsTokenId()
  token_id?: string | null;

  @ApiPropertyOptional({
    type: PriceDto,
    nullable: true,
    description: 'In place of `chain`, `amount` and `token_id`: payable in each of the assets accepted',
  })
  @IsOptional()
  @IsObject({ message: 'must be {"amount": "49.90", "currency": "EUR"}' })
  @ValidateNested()
  @Type(() => PriceDto)
  price?: PriceDto | null;

  @ApiPropertyOptional({
    type: [AcceptedAssetDto],
    nullable: true,
    maxItems: MOST_ACCEPTED,
    description: 'With `price`: what of the assets that the merchant accepts this payment may be paid in',
  })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty({ message: 'must name at least one asset; leave it out for all that the merchant accepts' })
  @ArrayMaxSize(MOST_ACCEPTED)
  @ValidateNested({ each: true, message: 'must be a list of {"chain": "…", "token_id": "…"}' })
  @Type(() => AcceptedAssetDto)
  accept?: AcceptedAssetDto[] | null;

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
    type: String,
    nullable: true,
    maxLength: MAX_URL_LENGTH,
    example: 'https://shop.example/thanks',
    description:
      'Where the pay page leads when it is paid, with a signed status (docs/checkout.md); of one of the merchant’s `shop_origins`',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_URL_LENGTH)
  success_url?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: MAX_URL_LENGTH,
    example: 'https://shop.example/cart',
    description: 'Where the pay page leads who does not want to pay; as `success_url`',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_URL_LENGTH)
  cancel_url?: string | null;

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
