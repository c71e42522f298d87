import { ApiProperty } from '@nestjs/swagger';
import { OlderName } from '../../http/older-name.js';
import { PageBody } from '../../http/page.js';
import { REFUND_STATES, type RefundState } from '../refund.entity.js';
import { type RefundView } from '../refund.view.js';

/** The OpenAPI description of `RefundView`. */
export class RefundBody implements RefundView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ format: 'uuid' })
  payment_id: string;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'The one deposit that goes back; null: of whatever counts towards the payment',
  })
  deposit_id: string | null;

  @ApiProperty({
    enum: REFUND_STATES,
    description:
      'created: it waits to be sent; sent: it is signed, and sent or mined; confirmed: it is final; ' +
      'failed, cancelled: nothing was moved, and the amount may be refunded again',
  })
  status: RefundState;

  @OlderName(REFUND_STATES)
  state: RefundState;

  @ApiProperty({ example: 'ethereum' })
  chain: string;

  @ApiProperty({ example: 1 })
  chain_id: number;

  @ApiProperty({ example: '0x00000000219ab540356cBB839Cbe05303d7705Fa', description: 'EIP-55' })
  to: string;

  @ApiProperty({ example: '250000000000000000', description: 'In base units of what goes back' })
  amount: string;

  @ApiProperty({ type: String, nullable: true, description: 'EIP-55; null: the chain’s native asset' })
  token_address: string | null;

  @ApiProperty({ example: 'ETH' })
  symbol: string;

  @ApiProperty({ example: 18 })
  decimals: number;

  @ApiProperty({ type: String, nullable: true })
  reason: string | null;

  @ApiProperty({
    type: String,
    enum: ['deposit', 'payout'],
    nullable: true,
    description: 'deposit: from the payment’s address; payout: from the account that pays refunds',
  })
  source: 'deposit' | 'payout' | null;

  @ApiProperty({ type: String, nullable: true })
  tx_hash: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What keeps it from being sent for now' })
  waits_for: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why it failed' })
  failure: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Wei, as paid; null until it is final' })
  fee: string | null;

  @ApiProperty({ format: 'date-time' })
  created_at: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  sent_at: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finished_at: string | null;
}

export class RefundList extends PageBody {
  @ApiProperty({ type: [RefundBody] })
  data: RefundBody[];
}

export class RefundPage extends PageBody {
  @ApiProperty({ type: [RefundBody] })
  data: RefundBody[];
}
