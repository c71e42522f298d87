import { ApiProperty } from '@nestjs/swagger';
import { OlderName } from '../../http/older-name.js';
import { PageBody } from '../../http/page.js';
import { type EndpointState } from '../endpoints/webhook-endpoint.entity.js';

const ENDPOINT_STATES: EndpointState[] = ['enabled', 'disabled'];

export class EndpointBody {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty({ example: 'https://shop.example/webhooks' })
  url: string;

  @ApiProperty({ example: ['payment.*'], isArray: true, type: String })
  event_types: string[];

  @ApiProperty({ type: String, nullable: true })
  description: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  metadata: Record<string, unknown> | null;

  @ApiProperty({ type: Number, nullable: true, description: 'Deliveries per second at most' })
  rate_limit: number | null;

  @ApiProperty({ description: 'Signs with ed25519 as well' })
  asymmetric: boolean;

  @ApiProperty({
    isArray: true,
    type: String,
    description: 'To verify `v1a` signatures, `whpk_…`; the current one first',
  })
  public_keys: string[];

  @ApiProperty({ enum: ENDPOINT_STATES })
  status: EndpointState;

  @OlderName(ENDPOINT_STATES)
  state: EndpointState;

  @ApiProperty({ type: String, nullable: true, description: 'Why it is disabled' })
  reason: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  disabled_at: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Since when every attempt has failed; after five days it is disabled',
  })
  failing_since: string | null;

  @ApiProperty({
    description: 'It is WEBHOOK_URL, which every merchant has, and cannot be changed here',
  })
  built_in: boolean;

  @ApiProperty({ format: 'date-time' })
  created_at: string;
}

export class CreatedEndpointBody extends EndpointBody {
  @ApiProperty({ example: 'whsec_…', description: 'What signs the webhooks. It is shown this once' })
  secret: string;
}

export class EndpointPage extends PageBody {
  @ApiProperty({ type: [EndpointBody] })
  data: EndpointBody[];
}

export class ReplayedBody {
  @ApiProperty({ description: 'Deliveries that will be sent, now or when their endpoint is enabled' })
  replayed: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'There are more than one request replays (10,000, the oldest) or looks at (100,000): ask again with this as `since`, until it is null',
  })
  next_since: string | null;
}

export class TestResultBody {
  @ApiProperty({ description: 'The webhook-id it was sent with' })
  event_id: string;

  @ApiProperty({ type: Number, nullable: true, description: 'HTTP status; null when no answer came' })
  status: number | null;

  @ApiProperty({ description: 'The endpoint answered 2xx' })
  delivered: boolean;

  @ApiProperty({ type: String, nullable: true })
  error: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The first 1 KB of the answer' })
  response: string | null;

  @ApiProperty()
  duration_ms: number;
}
