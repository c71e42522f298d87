import { ApiProperty } from '@nestjs/swagger';
import { CHECK_CODES, type CheckCode } from './check-finding.js';
import { DepositBody } from '../payments/dto/deposit.body.js';
import { PaymentBody } from '../payments/dto/payment.body.js';

const CODE = {
  enum: CHECK_CODES,
  description:
    'counted: final; not_deep_enough: counted, and waits for confirmations; accepted, ignored: as you decided; ' +
    'not_scanned_yet: mined, and the scan comes to it; pending: not mined; own_gas: gas that we sent there; absurd_amount, wrong_chain, wrong_asset, after_watch, ' +
    'payment_failed, payment_cancelled, rate_unknown: recorded as a deposit that does not count; unknown_token: a token that is not accepted here; ' +
    'zero_value; failed: the transaction failed; other_address: nothing reached this payment; reorged: a ' +
    'reorganisation took it away; unreadable: its block cannot be read now; unreachable: no node of the payment’s ' +
    'chain answered; unknown: no node knows it',
} as const;

class CheckedTransferBody {
  @ApiProperty(CODE)
  code: CheckCode;

  @ApiProperty({ description: 'The same in words' })
  message: string;

  @ApiProperty({ example: '1000000000000000000', description: 'In base units of what arrived' })
  amount: string;

  @ApiProperty({ type: String, nullable: true, description: 'Null: the chain’s native asset' })
  token_address: string | null;

  @ApiProperty({ type: DepositBody, nullable: true, description: 'Null: not recorded' })
  deposit: DepositBody | null;
}

/** Where the money is. */
export class CheckBody {
  @ApiProperty(CODE)
  code: CheckCode;

  @ApiProperty({
    example:
      '1 ETH counts already and is not deep enough: it has 3 of 12 confirmations; 1 ETH of 1 ETH due have arrived.',
    description: 'The same in words, for the person who answers the customer',
  })
  message: string;

  @ApiProperty()
  tx_hash: string;

  @ApiProperty({ type: String, nullable: true, description: 'Where it was found; null: nowhere' })
  chain: string | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Null: not mined' })
  block_number: number | null;

  @ApiProperty({ example: 3, description: 'Its depth in what was scanned, in blocks' })
  confirmations: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Null: when the chain itself calls the block final',
  })
  required_confirmations: number | null;

  @ApiProperty({ description: 'Something was missing here, and has been recorded now' })
  applied: boolean;

  @ApiProperty({ type: [CheckedTransferBody], description: 'What reached the payment’s address in it' })
  transfers: CheckedTransferBody[];

  @ApiProperty({ type: PaymentBody, description: 'The payment as it is now' })
  payment: PaymentBody;
}
