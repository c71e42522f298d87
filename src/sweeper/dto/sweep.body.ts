import { ApiProperty } from '@nestjs/swagger';
import { OlderName } from '../../http/older-name.js';
import { PageBody } from '../../http/page.js';
import { SWEEP_STATES, type SweepState, WAIT_REASONS, type WaitReason } from '../sweep.entity.js';
import { type ControlView, type PlannedView, type SweepView } from '../sweep.view.js';

abstract class MoneyAtAddress {
  @ApiProperty({ format: 'uuid' })
  payment_id: string;

  @ApiProperty({ example: 'ethereum' })
  chain: string;

  @ApiProperty({ type: String, enum: WAIT_REASONS, nullable: true, description: 'What it waits for' })
  reason_code: WaitReason | null;

  @ApiProperty({ type: String, nullable: true, description: 'The same in words, or why it failed' })
  reason: string | null;

  @ApiProperty({ description: 'The deposit address; EIP-55' })
  from: string;

  @ApiProperty({ description: 'EIP-55' })
  treasury: string;

  @ApiProperty({ type: String, nullable: true, description: 'EIP-55; null: the chain’s native asset' })
  token_address: string | null;

  @ApiProperty({ example: '1000000000000000000', description: 'In base units of the asset' })
  amount: string;

  @ApiProperty({ example: '42000000000000', description: 'Wei, by the gas price when it was planned' })
  estimated_fee: string;
}

/** The OpenAPI description of `SweepView`. */
export class SweepBody extends MoneyAtAddress implements SweepView {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ example: 1 })
  chain_id: number;

  @ApiProperty({
    enum: SWEEP_STATES,
    description:
      'waiting: reason says for what; planned: it goes next; funding: gas is on its way to the address; sent: it is signed, and sent or mined; confirmed: it is final; failed: nothing was moved',
  })
  status: SweepState;

  @OlderName(SWEEP_STATES)
  state: SweepState;

  @ApiProperty({ type: String, nullable: true, description: 'What reached the treasury, when it is final' })
  received: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Wei, as paid, with the gas that was sent for it, when it is final',
  })
  fee: string | null;

  @ApiProperty({ description: 'It was asked for by force' })
  forced: boolean;

  @ApiProperty({ type: String, nullable: true })
  tx_hash: string | null;

  @ApiProperty({ format: 'date-time' })
  created_at: string;

  @ApiProperty({ format: 'date-time' })
  updated_at: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finished_at: string | null;
}

export class SweepPage extends PageBody {
  @ApiProperty({ type: [SweepBody] })
  data: SweepBody[];
}

/** The OpenAPI description of `PlannedView`. */
export class PlannedBody extends MoneyAtAddress implements PlannedView {
  @ApiProperty({ description: 'Whether it goes now' })
  goes: boolean;
}

export class PlannedList extends PageBody {
  @ApiProperty({ type: [PlannedBody] })
  data: PlannedBody[];
}

/** The OpenAPI description of `ControlView`. */
export class ControlBody implements ControlView {
  @ApiProperty()
  paused: boolean;

  @ApiProperty({ type: String, nullable: true })
  reason: string | null;

  @ApiProperty({ format: 'date-time' })
  changed_at: string;
}
