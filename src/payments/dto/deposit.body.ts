import { ApiProperty } from '@nestjs/swagger';
import { OlderName } from '../../http/older-name.js';
import { PageBody } from '../../http/page.js';
import { DEPOSIT_STATES, type DepositState, UNCOUNTED_REASONS, type UncountedReason } from '../counting.js';
import { type DepositView } from '../deposit.view.js';
import { type TransferKind } from '../transfer.entity.js';

/** The OpenAPI description of `DepositView`. */
export class DepositBody implements DepositView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({
    enum: DEPOSIT_STATES,
    description:
      'counted: part of what its payment received; unassigned: it does not count, and nobody has decided on it; ' +
      'accepted, ignored: as you decided; orphaned: a reorganisation took it away',
  })
  status: DepositState;

  @OlderName(DEPOSIT_STATES)
  state: DepositState;

  @ApiProperty({
    type: String,
    enum: UNCOUNTED_REASONS,
    nullable: true,
    description: 'Why it does not count by itself; null where it does',
  })
  reason: UncountedReason | null;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'It is USDC, and the payment asks for ETH.',
    description: 'The same in words',
  })
  reason_text: string | null;

  @ApiProperty({ format: 'uuid', description: 'The payment whose address received it' })
  payment_id: string;

  @ApiProperty({ example: 'ethereum' })
  chain: string;

  @ApiProperty({ example: 1 })
  chain_id: number;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'Null: the chain’s native asset',
  })
  token_id: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'EIP-55; null: the chain’s native asset' })
  token_address: string | null;

  @ApiProperty({ example: 'USDC' })
  symbol: string;

  @ApiProperty({ example: 6 })
  decimals: number;

  @ApiProperty({ example: '3000000000', description: 'In base units of what arrived' })
  amount: string;

  @ApiProperty({
    example: '0',
    description: 'What of it went back, in refunds of this deposit alone, and is final',
  })
  amount_refunded: string;

  @ApiProperty({ example: '0', description: 'What of it is to go back, asked for or on its way' })
  amount_refund_pending: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b',
    description: 'Null: an internal transfer that only the balance shows',
  })
  tx_hash: string | null;

  @ApiProperty({
    example: 0,
    description: 'Position inside its transaction, of the log or internal transfer; 0 for a native one',
  })
  ordinal: number;

  @ApiProperty({ enum: ['native', 'erc20', 'internal'] })
  kind: TransferKind;

  @ApiProperty({
    type: String,
    nullable: true,
    example: '0x00000000219ab540356cBB839Cbe05303d7705Fa',
    description: 'EIP-55; null where the transaction is unknown',
  })
  from: string | null;

  @ApiProperty({ example: '0x9858EfFD232B4033E47d90003D41EC34EcaEda94', description: 'EIP-55' })
  to: string;

  @ApiProperty({ example: 21000000 })
  block_number: number;

  @ApiProperty({ format: 'date-time' })
  block_time: string;

  @ApiProperty({ format: 'date-time', description: 'When it was first seen' })
  created_at: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it was accepted or ignored',
  })
  resolved_at: string | null;
}

export class DepositPage extends PageBody {
  @ApiProperty({ type: [DepositBody] })
  data: DepositBody[];
}
