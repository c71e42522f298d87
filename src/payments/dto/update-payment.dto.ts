import { ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';
import { IsInstant } from '../../http/is-instant.js';
import { CreatePaymentDto } from './create-payment.dto.js';

/** What is left out stays. */
export class UpdatePaymentDto extends PickType(CreatePaymentDto, ['reference', 'metadata']) {
  @ApiPropertyOptional({
    format: 'date-time',
    description: 'While it waits for money: in the future, and at most 30 days away',
    example: '2026-11-23T12:00:00Z',
  })
  @ValidateIf((_dto, value) => value !== undefined)
  @IsInstant()
  expires_at?: string;
}
