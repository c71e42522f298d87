import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, registerDecorator, ValidateIf } from 'class-validator';
import { parseShopOrigin } from '../shop-origins.js';

const MOST_ORIGINS = 20;

/** Where a merchant's shop is, as requests write it. */
export const ShopOrigins = () =>
  applyDecorators(
    ApiPropertyOptional({
      type: [String],
      maxItems: MOST_ORIGINS,
      example: ['https://shop.example'],
      description:
        'Where the merchant’s shop is: pay pages lead back there alone (`success_url`, `cancel_url`), and only pages ' +
        'there may show one in a frame. https, but for localhost',
    }),
    ValidateIf((_dto, value) => value !== undefined),
    IsArray(),
    ArrayMaxSize(MOST_ORIGINS),
    ArrayUnique(),
    (target: object, propertyName?: string | symbol) =>
      registerDecorator({
        name: 'isShopOrigin',
        target: target.constructor,
        propertyName: String(propertyName),
        options: { each: true, message: 'must be origins such as https://shop.example, without a path' },
        validator: {
          validate: (value: unknown) => typeof value === 'string' && parseShopOrigin(value) !== null,
        },
      }),
  );
