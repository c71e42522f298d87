import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, IsUUID, Length } from 'class-validator';
import { type NamedAsset } from '../accepted-assets.js';

/** More than any merchant offers, and few enough to be priced with every request. */
export const MOST_ACCEPTED = 100;

/** A token by its id; left out, or null: the chain's native asset. */
export function IsTokenId(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: String,
      nullable: true,
      format: 'uuid',
      description: 'Of a token that GET /chains lists. Left out: the chain’s native asset',
    }),
    IsOptional(),
    IsUUID(undefined, { message: 'must be a token’s id, which is a UUID; ids are in GET /chains' }),
  );
}

/** What GET /chains calls it; 31337 and other numbers are chain ids. */
export function IsChainName(): PropertyDecorator {
  return applyDecorators(
    IsString({ message: 'must be the name of a chain, which GET /chains lists' }),
    Length(1, 20),
  );
}

/** An asset to be paid in. */
export class AcceptedAssetDto implements NamedAsset {
  @ApiProperty({ example: 'devchain', description: 'The name of a chain that GET /chains lists' })
  @IsChainName()
  chain: string;

  @IsTokenId()
  token_id?: string | null;
}
