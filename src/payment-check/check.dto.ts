import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { Matches } from 'class-validator';
import { type TxHash } from '../ids/ids.js';

export class CheckPaymentDto {
  @ApiProperty({
    example: '0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b',
    description: 'The transaction by which the customer says to have paid',
  })
  @Transform(({ value }) => (typeof value === 'string' ? value.trim().toLowerCase() : (value as unknown)))
  @Matches(/^0x[0-9a-f]{64}$/, {
    message: 'tx_hash must be 0x and 64 hexadecimal digits, as the customer’s wallet shows it',
  })
  tx_hash: TxHash;
}
