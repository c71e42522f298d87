import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Max,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { IsOneLine } from '../../http/is-one-line.js';
import { PageBody } from '../../http/page.js';
import { PageQuery } from '../../http/page.js';
import { AcceptedAssetDto, MOST_ACCEPTED } from './accept.dto.js';
import { BrandColor, LogoBody, Support, TermsUrl } from './branding.js';
import { ShopOrigins } from './shop-origins.js';
import { MERCHANT_SCOPES, SCOPES } from '../authenticated-key.js';

/** A tenth: who would take less means another price. */
const MAX_TOLERANCE_BPS = 1_000;

export class CreateMerchantDto {
  @ApiProperty({ example: 'Corner shop', maxLength: 200 })
  @IsString()
  @Length(1, 200)
  @IsOneLine()
  name: string;

  @ApiPropertyOptional({
    type: Number,
    minimum: 0,
    maximum: MAX_TOLERANCE_BPS,
    default: 0,
    example: 50,
    description:
      'How much less than the amount due is enough, in basis points (1/100 %); payments take it over at creation',
  })
  @ValidateIf((_dto, value) => value !== undefined)
  @IsInt()
  @Min(0)
  @Max(MAX_TOLERANCE_BPS)
  underpayment_tolerance_bps?: number;

  @ApiPropertyOptional({
    type: [AcceptedAssetDto],
    nullable: true,
    maxItems: MOST_ACCEPTED,
    description:
      'What payments with a price may be paid in. Null, as at first: everything that is enabled, also what is added later',
  })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty({ message: 'must name at least one asset; null accepts everything that is enabled' })
  @ArrayMaxSize(MOST_ACCEPTED)
  @ValidateNested({ each: true, message: 'must be a list of {"chain": "…", "token_id": "…"}' })
  @Type(() => AcceptedAssetDto)
  accept?: AcceptedAssetDto[] | null;

  @ShopOrigins()
  shop_origins?: string[];

  @BrandColor()
  brand_color?: string | null;

  @Support()
  support?: string | null;

  @TermsUrl()
  terms_url?: string | null;
}

export class UpdateMerchantDto extends PartialType(CreateMerchantDto, { skipNullProperties: false }) {}

/** The rest belongs to an operator's key alone. */
const ofMerchants = () => ValidateIf((dto: CreateApiKeyDto) => dto.operator !== true);

export class CreateApiKeyDto {
  @ApiPropertyOptional({ format: 'uuid', description: 'Whose key it is; needed, but for an operator’s' })
  @ofMerchants()
  @IsUUID(undefined, { message: 'must be a merchant’s id, which is a UUID; GET /merchants lists them' })
  merchant_id?: string;

  @ApiPropertyOptional({
    type: Boolean,
    description:
      'true: an operator’s key. It manages the installation, belongs to no merchant, and acts for the one that X-Merchant-Id names',
  })
  @IsOptional()
  @IsBoolean()
  operator?: boolean;

  @ApiProperty({ example: 'web shop', maxLength: 200 })
  @IsString()
  @Length(1, 200)
  @IsOneLine()
  name: string;

  @ApiPropertyOptional({
    enum: MERCHANT_SCOPES,
    isArray: true,
    example: ['payments:read', 'payments:write'],
    description: 'What it may do; needed, but for an operator’s key, which may do everything',
  })
  @ofMerchants()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(MERCHANT_SCOPES, {
    each: true,
    message: `scopes must be chosen from ${MERCHANT_SCOPES.join(', ')}; admin is an operator’s: make a key with operator: true`,
  })
  scopes?: string[];
}

export class ListApiKeysDto extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  merchant_id?: string;

  @ApiPropertyOptional({ type: Boolean, description: 'true: operators’ keys alone; false: merchants’ alone' })
  @IsOptional()
  @Transform(({ value }) => ({ true: true, false: false })[value as string] ?? (value as unknown))
  @IsBoolean({ message: 'operator must be true or false' })
  operator?: boolean;
}

export class MerchantBody {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ example: 'Corner shop' })
  name: string;

  @ApiProperty({
    example: 0,
    description: 'How much less than the amount due is enough for new payments, in basis points (1/100 %)',
  })
  underpayment_tolerance_bps: number;

  @ApiProperty({
    type: [AcceptedAssetDto],
    nullable: true,
    description: 'What payments with a price may be paid in; null: everything that is enabled',
  })
  accept: { chain: string; token_id: string | null }[] | null;

  @ApiProperty({
    type: [String],
    example: ['https://shop.example'],
    description: 'Where its shop is: what pay pages lead back to, and who may show them in a frame',
  })
  shop_origins: string[];

  @ApiProperty({
    type: String,
    nullable: true,
    example: '#1f5eff',
    description: 'The colour of buttons and links of its pay pages',
  })
  brand_color: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'help@shop.example',
    description: 'Where its customers ask',
  })
  support: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'https://shop.example/terms' })
  terms_url: string | null;

  @ApiProperty({ type: LogoBody, nullable: true, description: 'Set by PUT /merchants/{id}/logo' })
  logo: LogoBody | null;

  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

export class MerchantPage extends PageBody {
  @ApiProperty({ type: [MerchantBody] })
  data: MerchantBody[];
}

export class ApiKeyBody {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Null: an operator’s key' })
  merchant_id: string | null;

  @ApiProperty({ description: 'It manages the installation' })
  operator: boolean;

  @ApiProperty({ example: 'web shop' })
  name: string;

  @ApiProperty({ example: 'qk_Zm9vYm', description: 'How the key starts' })
  prefix: string;

  @ApiProperty({ enum: SCOPES, isArray: true })
  scopes: string[];

  @ApiProperty({ format: 'date-time' })
  created_at: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Exact to a minute' })
  last_used_at: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  revoked_at: string | null;
}

export class ApiKeyPage extends PageBody {
  @ApiProperty({ type: [ApiKeyBody] })
  data: ApiKeyBody[];
}

export class CreatedApiKeyBody extends ApiKeyBody {
  @ApiProperty({ description: 'The key itself. It is shown this once' })
  key: string;
}

export class MeBody {
  @ApiProperty({ type: () => ApiKeyBody, description: 'The key that asks' })
  key: ApiKeyBody;

  @ApiProperty({
    type: MerchantBody,
    nullable: true,
    description: 'The merchant it acts for; null: none yet',
  })
  merchant: MerchantBody | null;

  @ApiProperty({ description: 'Whether real money moves: false on development’s and tests’ installations' })
  livemode: boolean;

  @ApiProperty({ example: '0.1.0', description: 'Of Quittance' })
  version: string;
}
