import { ApiProperty, ApiPropertyOptional, PartialType, PickType } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  IsUrl,
  Length,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { OlderStatusFilter } from '../../http/list-filters.js';
import { IsInstant } from '../../http/is-instant.js';
import { IsMetadata, IsStorableText } from '../../http/is-storable.js';

const URL_RULES = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };
const HOURS_PER_WEEK = 168;
/** What may be null is then not looked at further; what is left out stays as it is. */
const unlessNull = () => ValidateIf((_dto, value) => value !== null && value !== undefined);

export class CreateEndpointDto {
  @ApiProperty({ example: 'https://shop.example/webhooks', maxLength: 2048 })
  @IsString()
  @Length(1, 2048)
  @IsStorableText()
  @IsUrl(URL_RULES, { message: 'url must be a whole URL, as in https://shop.example/webhooks' })
  url: string;

  @ApiProperty({ example: ['payment.*'], isArray: true, type: String })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @Length(1, 64, { each: true })
  event_types: string[];

  @ApiPropertyOptional({
    description: 'What signs the webhooks: `whsec_…` or any text. Left out, one is generated',
    minLength: 1,
    maxLength: 255,
  })
  @IsOptional()
  @IsString()
  @Length(1, 255)
  @IsStorableText()
  secret?: string;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 500 })
  @unlessNull()
  @IsString()
  @Length(1, 500)
  @IsStorableText()
  description?: string | null;

  @ApiPropertyOptional({ type: 'object', nullable: true, additionalProperties: true })
  @unlessNull()
  @IsMetadata()
  metadata?: Record<string, unknown> | null;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: 1,
    maximum: 10_000,
    description: 'Deliveries per second at most; null for no limit',
  })
  @unlessNull()
  @IsInt()
  @Min(1)
  @Max(10_000)
  rate_limit?: number | null;

  @ApiPropertyOptional({
    default: false,
    description: 'Sign with an ed25519 key as well (`v1a`), whose public half anyone may fetch',
  })
  @IsOptional()
  @IsBoolean()
  asymmetric?: boolean;
}

/** What may be changed later; the secret is changed by rotating it. */
export class UpdateEndpointDto extends PartialType(
  PickType(CreateEndpointDto, ['url', 'event_types', 'description', 'metadata', 'rate_limit', 'asymmetric']),
  { skipNullProperties: false },
) {
  @ApiPropertyOptional({ enum: ['enabled', 'disabled'] })
  @IsOptional()
  @IsIn(['enabled', 'disabled'])
  status?: 'enabled' | 'disabled';

  @OlderStatusFilter(['enabled', 'disabled'])
  state?: 'enabled' | 'disabled';
}

export class RotateSecretDto {
  @ApiPropertyOptional({ description: 'Left out, one is generated', minLength: 1, maxLength: 255 })
  @IsOptional()
  @IsString()
  @Length(1, 255)
  @IsStorableText()
  secret?: string;

  @ApiPropertyOptional({
    minimum: 0,
    maximum: HOURS_PER_WEEK,
    default: 24,
    description: 'How long the old secret signs too',
  })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(HOURS_PER_WEEK)
  overlap_hours?: number;
}

export class TestEndpointDto {
  @ApiPropertyOptional({ default: 'payment.confirmed' })
  @IsOptional()
  @IsString()
  @Length(1, 64)
  event_type?: string;
}

export class ReplayDto {
  @ApiProperty({ format: 'date-time', description: 'Events from then on' })
  @IsInstant()
  since: string;

  @ApiPropertyOptional({ format: 'date-time' })
  @IsOptional()
  @IsInstant()
  until?: string;

  @ApiPropertyOptional({
    isArray: true,
    type: String,
    example: ['payment.*'],
    description: 'Only these; left out: all that the endpoint takes',
  })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  event_types?: string[];

  @ApiPropertyOptional({
    enum: ['undelivered', 'all'],
    default: 'undelivered',
    description: '`all` sends again what was delivered, too',
  })
  @IsOptional()
  @IsIn(['undelivered', 'all'])
  which?: 'undelivered' | 'all';
}
