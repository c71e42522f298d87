import { ApiPropertyOptional, IntersectionType, OmitType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID, Matches, ValidateIf } from 'class-validator';
import { IsInstant } from '../../http/is-instant.js';
import { AnyOf, DatedPageQuery, OlderStatusFilter } from '../../http/list-filters.js';
import { DELIVERY_STATES, type DeliveryState } from '../delivery/webhook-delivery.entity.js';

export const EVENT_ID = /^evt_[0-9a-f-]{36}$/;
const EVENT_TYPE = /^[a-z_]+(\.[a-z_]+)+$/;
const NO_TYPE = { message: 'must be an event type, as in payment.confirmed' };

export class ListEventsDto extends OmitType(DatedPageQuery, ['after']) {
  @ApiPropertyOptional({ description: 'The `next` of the page before', example: 'evt_…' })
  @IsOptional()
  @Matches(EVENT_ID, { message: 'after must be the `next` of the page before' })
  after?: string;

  @ApiPropertyOptional({ example: 'payment.confirmed' })
  @IsOptional()
  @Matches(EVENT_TYPE, NO_TYPE)
  event_type?: string;

  @ApiPropertyOptional({ deprecated: true, description: '`event_type`, by its older name' })
  @IsOptional()
  @Matches(EVENT_TYPE, NO_TYPE)
  type?: string;

  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  payment_id?: string;
}

export class DeliveryFilterDto {
  @ApiPropertyOptional({ format: 'uuid' })
  @IsOptional()
  @IsUUID()
  endpoint_id?: string;

  @ApiPropertyOptional({ example: 'evt_…' })
  @IsOptional()
  @Matches(EVENT_ID, { message: 'event_id must be an event’s id, as in evt_019aafd6-…' })
  event_id?: string;

  @ApiPropertyOptional({ example: 'payment.confirmed' })
  @IsOptional()
  @Matches(EVENT_TYPE, NO_TYPE)
  event_type?: string;
}

export class ListDeliveriesDto extends IntersectionType(DatedPageQuery, DeliveryFilterDto) {
  @AnyOf(DELIVERY_STATES, 'One status, or several with commas between them')
  status?: DeliveryState[];

  @OlderStatusFilter(DELIVERY_STATES)
  state?: DeliveryState;
}

/** Which deliveries to send again. */
export class ReplayDeliveriesDto extends DeliveryFilterDto {
  @ApiPropertyOptional({ enum: ['dead', 'delivered'], description: 'Those with this status; needed' })
  @ValidateIf((dto: ReplayDeliveriesDto) => dto.state === undefined)
  @IsIn(['dead', 'delivered'])
  status?: 'dead' | 'delivered';

  @OlderStatusFilter(['dead', 'delivered'])
  state?: 'dead' | 'delivered';

  @ApiPropertyOptional({ format: 'date-time', description: 'Made from then on' })
  @IsOptional()
  @IsInstant()
  since?: string;
}
