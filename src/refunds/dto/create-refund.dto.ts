import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, IsUUID, Length } from 'class-validator';
import { IsAmount } from '../../payments/dto/is-amount.js';
import { IsStorableText } from '../../http/is-storable.js';
import { IsRecipient } from './is-recipient.js';
import { IsChainName } from '../../auth/dto/accept.dto.js';

export class CreateRefundDto {
  @ApiProperty({
    example: '0x00000000219ab540356cBB839Cbe05303d7705Fa',
    description: 'Who gets the money. An address with its EIP-55 checksum, or all in lower case',
  })
  @IsRecipient()
  to: string;

  @ApiProperty({
    type: String,
    example: '250000000000000000',
    description:
      'Base units of what goes back; all refunds of a payment, or of a deposit, together are never more than what arrived and is final. All of it arrives: the fee is paid beside it',
  })
  @IsAmount()
  amount: string | number;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'ethereum',
    description:
      'Of a payment that money came for in several assets: the name of the chain of the one that goes back. A deposit has its own',
  })
  @IsOptional()
  @IsChainName()
  chain?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    format: 'uuid',
    description:
      'The token that goes back; null: the chain’s native asset. As `chain`, needed where several came',
  })
  @IsOptional()
  @IsUUID(undefined, { message: 'must be a token’s id, which is a UUID; ids are in the payment’s options' })
  token_id?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 500, description: 'Your own words' })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  @IsStorableText()
  reason?: string | null;

  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description:
      'For operators (scope admin), of any merchant: it is paid though its gas costs more than REFUND_MAX_FEE_BPS allows',
  })
  @IsOptional()
  @IsBoolean()
  force?: boolean;
}
