import { ApiProperty } from '@nestjs/swagger';
import { OlderName } from '../../http/older-name.js';
import { PageBody } from '../../http/page.js';
import { DELIVERY_STATES, type DeliveryState } from '../delivery/webhook-delivery.entity.js';

class TimingBody {
  @ApiProperty({ type: Number, nullable: true, description: 'Looking up the host name' })
  dns_ms: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Connecting, TLS included' })
  connect_ms: number | null;

  @ApiProperty({ type: Number, nullable: true, description: 'From the request sent to the first byte' })
  first_byte_ms: number | null;
}

export class AttemptBody {
  @ApiProperty({ format: 'date-time' })
  started_at: string;

  @ApiProperty({ description: 'Of the whole exchange' })
  duration_ms: number;

  @ApiProperty({
    type: TimingBody,
    description: 'Null where nothing was to do, as on a connection used again',
  })
  timing: TimingBody;

  @ApiProperty({ type: String, nullable: true, description: 'The IP address connected to' })
  address: string | null;

  @ApiProperty({ type: Number, nullable: true, description: 'HTTP status; null when no answer came' })
  status: number | null;

  @ApiProperty({ type: String, nullable: true, example: 'connection refused' })
  error: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The first 1 KB of the answer' })
  response: string | null;
}

export class DeliveryBody {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ example: 'evt_…', description: 'The webhook-id' })
  event_id: string;

  @ApiProperty({ example: 'payment.confirmed' })
  event_type: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  payment_id: string | null;

  @ApiProperty({ format: 'uuid' })
  endpoint_id: string;

  @ApiProperty({ enum: DELIVERY_STATES })
  status: DeliveryState;

  @OlderName(DELIVERY_STATES)
  state: DeliveryState;

  @ApiProperty({ description: 'Attempts made' })
  attempt_count: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Null when it has ended, and while its endpoint is disabled',
  })
  next_attempt_at: string | null;

  @ApiProperty({ format: 'date-time' })
  created_at: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  finished_at: string | null;
}

export class DeliveryWithAttemptsBody extends DeliveryBody {
  @ApiProperty({ type: [AttemptBody], description: 'Oldest first; old ones are forgotten after a while' })
  attempts: AttemptBody[];
}

export class DeliveryPage extends PageBody {
  @ApiProperty({ type: [DeliveryBody] })
  data: DeliveryBody[];
}

export class EventBody {
  @ApiProperty({ example: 'evt_…' })
  id: string;

  @ApiProperty({ example: 'payment.confirmed' })
  type: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  payment_id: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'The webhook as it is sent' })
  body: Record<string, unknown>;

  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

export class EventPage extends PageBody {
  @ApiProperty({ type: [EventBody] })
  data: EventBody[];
}

export class EventTypeBody {
  @ApiProperty({ example: 'payment.confirmed' })
  name: string;

  @ApiProperty({ description: 'When it is sent, and what to do about it' })
  description: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'JSON Schema of the webhook’s body',
  })
  schema: Record<string, unknown>;

  @ApiProperty({ type: 'object', additionalProperties: true })
  example: Record<string, unknown>;
}

export class EventTypeList extends PageBody {
  @ApiProperty({ type: [EventTypeBody] })
  data: EventTypeBody[];
}
