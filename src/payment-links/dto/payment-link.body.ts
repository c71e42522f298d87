import { ApiProperty } from '@nestjs/swagger';
import { AcceptedAssetDto } from '../../auth/dto/accept.dto.js';
import { PageBody } from '../../http/page.js';
import { type LinkField } from '../answers.js';
import { type LinkPrice } from '../link-price.js';
import { type PaymentLinkView } from '../payment-link.view.js';

class LinkPriceBody implements LinkPrice {
  @ApiProperty({
    type: String,
    nullable: true,
    example: '49.90',
    description: 'Null: the visitor says how much',
  })
  amount: string | null;

  @ApiProperty({ type: String, nullable: true })
  min: string | null;

  @ApiProperty({ type: String, nullable: true })
  max: string | null;

  @ApiProperty({ example: 'EUR' })
  currency: string;

  @ApiProperty({ type: String, nullable: true, description: 'The chain that the currency is an asset of' })
  chain: string | null;
}

class LinkFieldBody implements LinkField {
  @ApiProperty({ example: 'Your name' })
  label: string;

  @ApiProperty()
  required: boolean;

  @ApiProperty({ example: 200 })
  max_length: number;
}

/** The OpenAPI description of `PaymentLinkView`. */
export class PaymentLinkBody implements PaymentLinkView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'https://pay.example/l/8f14e45fceea167a5a36dedd4bea2543',
    description: 'The page for visitors; null: PUBLIC_URL is not set',
  })
  url: string | null;

  @ApiProperty()
  active: boolean;

  @ApiProperty({ example: 'Espresso course' })
  title: string;

  @ApiProperty({ type: String, nullable: true })
  description: string | null;

  @ApiProperty({ type: LinkPriceBody })
  price: LinkPriceBody;

  @ApiProperty({ type: [AcceptedAssetDto], nullable: true })
  accept: { chain: string; token_id: string | null }[] | null;

  @ApiProperty({ description: 'One payment, which every visitor is led to' })
  once: boolean;

  @ApiProperty({ type: Number, nullable: true })
  stock: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'Payments that have a piece: paid ones, and those that may still be paid in time. More than the stock where money came for one that had expired. Null: any number',
  })
  stock_taken: number | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'The stock less `stock_taken`, 0 at the least; null: any number',
  })
  stock_left: number | null;

  @ApiProperty({ type: [LinkFieldBody] })
  fields: LinkFieldBody[];

  @ApiProperty({ type: String, nullable: true })
  success_url: string | null;

  @ApiProperty({ type: String, nullable: true })
  cancel_url: string | null;

  @ApiProperty({ type: String, nullable: true })
  reference: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  metadata: Record<string, unknown> | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Null: PAYMENT_EXPIRY_MINUTES' })
  payment_expires_in_minutes: number | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  expires_at: string | null;

  @ApiProperty({ example: 1, description: 'Grows with every change' })
  version: number;

  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

export class PaymentLinkPage extends PageBody {
  @ApiProperty({ type: [PaymentLinkBody] })
  data: PaymentLinkBody[];
}
