import { ApiProperty } from '@nestjs/swagger';
import { PageBody } from '../../http/page.js';
import { type PaymentException, PAYMENT_STATUSES, type PaymentStatus } from '../lifecycle.js';
import { MOST_TRANSFERS } from '../counted-money.js';
import { type PaymentView, type TransferView } from '../payment.view.js';

import { OptionBody, PriceBody, SweepBody, TOKEN_ID, UnavailableBody, ValueBody } from './option.body.js';

class TransferBody implements TransferView {
  @ApiProperty({
    type: String,
    nullable: true,
    example: '0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b',
    description: 'Null: an internal transfer that only the balance shows',
  })
  tx_hash: string | null;

  @ApiProperty({ example: '1000000000000000000', description: 'In base units' })
  amount: string;

  @ApiProperty({ example: 21000000 })
  block_number: number;

  @ApiProperty({ enum: ['native', 'erc20', 'internal'] })
  kind: string;

  @ApiProperty({ example: 'ethereum' })
  chain: string;

  @ApiProperty({ example: 1 })
  chain_id: number;

  @ApiProperty({ ...TOKEN_ID })
  token_id: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '19.96',
    description: 'What it is worth in the price’s currency, rounded down; null: the payment has no price',
  })
  value: string | null;
}

class LinkAnswerBody {
  @ApiProperty({ example: 'Your name' })
  label: string;

  @ApiProperty({ example: 'Ada', description: 'As the visitor wrote it: not to be trusted' })
  value: string;
}

class LinkOfPaymentBody {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ type: [LinkAnswerBody] })
  answers: LinkAnswerBody[];
}

/** The OpenAPI description of `PaymentView`. */
export class PaymentBody implements PaymentView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ enum: PAYMENT_STATUSES })
  status: PaymentStatus;

  @ApiProperty({ type: String, enum: ['underpaid', 'overpaid', 'late'], nullable: true })
  exception: PaymentException | null;

  @ApiProperty({
    example: 'ethereum',
    description:
      'This, and what else speaks of one asset, is of the option that has received most by value; before any money, of the one that the payer chose, else of the first',
  })
  chain: string;

  @ApiProperty({ example: 1 })
  chain_id: number;

  @ApiProperty({ ...TOKEN_ID })
  token_id: string | null;

  @ApiProperty({ example: 'ETH', description: 'Of that asset' })
  symbol: string;

  @ApiProperty({ example: 18, description: 'Of that asset: amounts are in units of 10^-decimals' })
  decimals: number;

  @ApiProperty({ example: '0x9858EfFD232B4033E47d90003D41EC34EcaEda94', description: 'Where to pay; EIP-55' })
  address: string;

  @ApiProperty({ example: '1000000000000000000', description: 'Due, in base units' })
  amount: string;

  @ApiProperty({
    example: 0,
    description:
      'How much less than the amount is enough, in basis points (1/100 %): the merchant’s at creation',
  })
  underpayment_tolerance_bps: number;

  @ApiProperty({ example: '0', description: 'Seen on chain so far, in base units' })
  amount_received: string;

  @ApiProperty({ example: '0', description: 'The part of it that is final, in base units' })
  amount_confirmed: string;

  @ApiProperty({
    example: '0',
    description:
      'What of it went back and is final, in base units. Until the payment is confirmed it no longer counts towards what is due',
  })
  amount_refunded: string;

  @ApiProperty({
    example: '0',
    description:
      'What of it is to go back, asked for or on its way, in base units. It no longer counts either, unless the refund fails or is cancelled',
  })
  amount_refund_pending: string;

  @ApiProperty({ example: 0, description: 'Depth of the transfer that completed the amount, in blocks' })
  confirmations: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Null: when the chain itself calls the block final',
  })
  required_confirmations: number | null;

  @ApiProperty({ type: Number, nullable: true })
  detected_in_block: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'https://pay.example/pay/8f14e45fceea167a5a36dedd4bea2543',
    description: 'The page where a customer pays; null: PUBLIC_URL is not set',
  })
  pay_url: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Where that page leads when it is paid' })
  success_url: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Where it leads who does not want to pay' })
  cancel_url: string | null;

  @ApiProperty({
    type: LinkOfPaymentBody,
    nullable: true,
    description: 'The payment link that it was made by, and what its visitor wrote there; null: by none',
  })
  link: LinkOfPaymentBody | null;

  @ApiProperty({ type: String, nullable: true })
  reference: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  metadata: Record<string, unknown> | null;

  @ApiProperty({ example: 1, description: 'Grows with every event; what carries a smaller one is stale' })
  version: number;

  @ApiProperty({ example: 'ethereum:0x9858EfFD232B4033E47d90003D41EC34EcaEda94@1?value=1000000000000000000' })
  payment_uri: string;

  @ApiProperty({
    type: [TransferBody],
    description: `What counts towards the amount, in chain order: the newest ${MOST_TRANSFERS}. GET /deposits?payment_id= lists all`,
  })
  transfers: TransferBody[];

  @ApiProperty({ example: 1, description: 'How many count, those that are not listed included' })
  transfer_count: number;

  @ApiProperty({ format: 'date-time' })
  expires_at: string;

  @ApiProperty({ format: 'date-time' })
  created_at: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  detected_at: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  confirmed_at: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  settled_at: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When you cancelled it, whether or not money that was on its way undid that',
  })
  cancelled_at: string | null;

  @ApiProperty({
    type: SweepBody,
    nullable: true,
    description: 'What brought its money to the treasury; null until it is settled',
  })
  sweep: SweepBody | null;

  @ApiProperty({
    type: PriceBody,
    nullable: true,
    description: 'What it costs, whatever it is paid in; null: it was asked for in an asset',
  })
  price: PriceBody | null;

  @ApiProperty({
    type: ValueBody,
    nullable: true,
    description: 'What came and went by value, over all options; null: it has no price',
  })
  value: ValueBody | null;

  @ApiProperty({
    type: [OptionBody],
    description: 'The assets that it may be paid in, in any mixture of them; at least one',
  })
  options: OptionBody[];

  @ApiProperty({
    type: [UnavailableBody],
    description: 'Assets that it could not be offered in when it was made, and why',
  })
  unavailable: UnavailableBody[];
}

export class PaymentPage extends PageBody {
  @ApiProperty({ type: [PaymentBody] })
  data: PaymentBody[];
}
