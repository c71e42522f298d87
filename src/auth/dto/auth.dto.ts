import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import {
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { PageBody } from '../../http/page.js';
import { PageQuery } from '../../http/page.js';
import { SCOPES } from '../authenticated-key.js';

/** A tenth: who would take less means another price. */
const MAX_TOLERANCE_BPS = 1_000;

/** Anything a person would write on one line; Postgres cannot store NUL. */
const ONE_LINE = /^[^\p{Cc}\p{Cs}]+$/u;

export class CreateMerchantDto {
  @ApiProperty({ example: 'Corner shop', maxLength: 200 })
  @IsString()
  @Length(1, 200)
  @Matches(ONE_LINE, { message: 'name must be one line of text' })
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
}

export class UpdateMerchantDto extends PartialType(CreateMerchantDto, { skipNullProperties: false }) {}

export class CreateApiKeyDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  merchant_id: string;

  @ApiProperty({ example: 'web shop', maxLength: 200 })
  @IsString()
  @Length(1, 200)
  @Matches(ONE_LINE, { message: 'name must be one line of text' })
  name: string;

  @ApiProperty({ enum: SCOPES, isArray: true, example: ['payments:read', 'payments:write'] })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(SCOPES, { each: true, message: `scopes must be chosen from ${SCOPES.join(', ')}` })
  scopes: string[];
}

export class ListApiKeysDto extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  merchant_id?: string;
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

  @ApiProperty({ format: 'uuid' })
  merchant_id: string;

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
