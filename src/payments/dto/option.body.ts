import { ApiProperty } from '@nestjs/swagger';
import { type OptionView, type RateView } from '../option.view.js';
import { type PaymentSweep, type UnavailableOption } from '../payment.entity.js';
import { type PriceView, type ValueView } from '../price.view.js';

export const TOKEN_ID = {
  type: String,
  format: 'uuid',
  nullable: true,
  description: 'Null: the chain’s native asset',
} as const;

export class SweepBody implements PaymentSweep {
  @ApiProperty({ example: '0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b' })
  tx_hash: string;

  @ApiProperty({ example: '999958000000000000', description: 'What reached the treasury, in base units' })
  amount: string;

  @ApiProperty({
    example: '42000000000000',
    description: 'What it cost, with the gas that was sent for it, in wei',
  })
  fee: string;
}

class RateBody implements RateView {
  @ApiProperty({ example: '3012.55', description: 'One whole unit of the asset in the price’s currency' })
  value: string;

  @ApiProperty({ type: [String], example: ['feed base 0x7110…', 'kraken'] })
  sources: string[];

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Of the oldest price that it is made of; null: nothing had to be asked',
  })
  at: string | null;
}

/** The OpenAPI description of `OptionView`. */
export class OptionBody implements OptionView {
  @ApiProperty({ example: 'ethereum' })
  chain: string;

  @ApiProperty({ example: 1 })
  chain_id: number;

  @ApiProperty({
    description:
      'Whether its chain is served here now (`enabled: false` in chains.yaml leaves one): what is sent on one that is not is not seen, so do not offer it',
  })
  served: boolean;

  @ApiProperty({ ...TOKEN_ID })
  token_id: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The token’s contract, EIP-55; null: the chain’s native asset',
  })
  token_address: string | null;

  @ApiProperty({ example: 'ETH' })
  symbol: string;

  @ApiProperty({ example: 18, description: 'Amounts are in units of 10^-decimals' })
  decimals: number;

  @ApiProperty({ example: false, description: 'Whether the customer chose it on the pay page' })
  chosen: boolean;

  @ApiProperty({
    example: '16564500000000000',
    description: 'The whole payment in this asset, in base units',
  })
  amount: string;

  @ApiProperty({
    example: '16564500000000000',
    description: 'What is still missing, in this asset alone, in base units',
  })
  amount_due: string;

  @ApiProperty({ example: '0', description: 'Seen on chain so far in this asset, in base units' })
  amount_received: string;

  @ApiProperty({ example: '0', description: 'The part of it that is final, in base units' })
  amount_confirmed: string;

  @ApiProperty({ example: '0', description: 'What of it went back and is final, in base units' })
  amount_refunded: string;

  @ApiProperty({ example: '0', description: 'What of it is to go back, in base units' })
  amount_refund_pending: string;

  @ApiProperty({
    type: RateBody,
    nullable: true,
    description: 'By which the amount was made of the price; null: the payment has no price',
  })
  rate: RateBody | null;

  @ApiProperty({
    example: 0,
    description: 'Depth of the last transfer of this asset that the due amount is made up of, in blocks',
  })
  confirmations: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Null: when the chain itself calls the block final',
  })
  required_confirmations: number | null;

  @ApiProperty({
    example: 'ethereum:0x9858EfFD232B4033E47d90003D41EC34EcaEda94@1?value=16564500000000000',
    description: 'EIP-681, over what is still missing',
  })
  payment_uri: string;

  @ApiProperty({
    type: SweepBody,
    nullable: true,
    description: 'What brought its money to the treasury; null until then, and where nothing came in it',
  })
  sweep: SweepBody | null;
}

/** The OpenAPI description of `PriceView`. */
export class PriceBody implements PriceView {
  @ApiProperty({ example: '49.90', description: 'In whole units of the currency' })
  amount: string;

  @ApiProperty({ example: 'EUR', description: 'ISO 4217, or the symbol of an asset' })
  currency: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'By name, where the currency is an asset of a chain',
  })
  chain: string | null;

  @ApiProperty({ example: '0.00', description: 'What all that was received is worth, rounded down' })
  received: string;

  @ApiProperty({ example: '49.90', description: 'What is still missing, rounded up' })
  due: string;
}

/** The OpenAPI description of `ValueView`. */
export class ValueBody implements ValueView {
  @ApiProperty({ example: '49.90', description: 'In the price’s currency, rounded down, as all of these' })
  received: string;

  @ApiProperty({ example: '19.96' })
  confirmed: string;

  @ApiProperty({ example: '0.00' })
  refunded: string;

  @ApiProperty({ example: '0.00' })
  refund_pending: string;
}

/** The OpenAPI description of an asset that a payment could not be offered in. */
export class UnavailableBody implements UnavailableOption {
  @ApiProperty({ example: 'base' })
  chain: string;

  @ApiProperty({ ...TOKEN_ID })
  token_id: string | null;

  @ApiProperty({ example: 'USDC is worth 0.9612 USD, off its peg by more than 100 of 10000' })
  reason: string;
}
