import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { registerDecorator, ValidateIf } from 'class-validator';
import { parseBrandColor, parseMerchantUrl, parseSupport } from '../branding.js';

/* What a merchant's pay pages look like and lead to, as requests write it; null takes it away. */

export const BrandColor = () =>
  optional(parseBrandColor, 'must be a colour such as #1f5eff, or null', {
    example: '#1f5eff',
    description:
      'The colour of buttons and links of the merchant’s pay pages. Where it could not be read, in light or in dark, the nearest that can',
  });

export const Support = () =>
  optional(parseSupport, 'must be an e-mail address or an https URL, or null', {
    example: 'help@shop.example',
    description: 'Where customers ask: an e-mail address or an https URL, which pay pages link to',
  });

export const TermsUrl = () =>
  optional(parseMerchantUrl, 'must be an https URL without credentials, or null', {
    example: 'https://shop.example/terms',
    description: 'The merchant’s terms, which pay pages link to',
  });

export class LogoBody {
  @ApiProperty({ example: '/pay/logos/….png', description: 'Below PUBLIC_URL' })
  path: string;

  @ApiProperty({ example: 480, description: 'In pixels' })
  width: number;

  @ApiProperty({ example: 160, description: 'In pixels' })
  height: number;
}

function optional(
  parse: (text: string) => string | null,
  message: string,
  documented: { example: string; description: string },
) {
  return applyDecorators(
    ApiPropertyOptional({ type: String, nullable: true, ...documented }),
    ValidateIf((_dto, value) => value !== undefined && value !== null),
    (target: object, propertyName?: string | symbol) =>
      registerDecorator({
        name: 'isOfBranding',
        target: target.constructor,
        propertyName: String(propertyName),
        options: { message },
        validator: { validate: (value: unknown) => typeof value === 'string' && parse(value) !== null },
      }),
  );
}
