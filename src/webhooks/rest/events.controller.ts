import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type AuthenticatedKey } from '../../auth/authenticated-key.js';
import { CurrentKey, RequireScope } from '../../auth/scopes.js';
import { createdBetween } from '../../http/list-filters.js';
import { onePage, type Page, page } from '../../http/page.js';
import { EventCatalogue } from '../../events/event-catalogue.js';
import { EventLogRepository } from '../../events/event-log.repository.js';
import { eventView } from './delivery.view.js';
import { EventBody, EventPage, EventTypeList } from './delivery.body.js';
import { EVENT_ID, ListEventsDto } from './delivery.dto.js';
import { EventNotFoundError } from '../webhook.errors.js';

@ApiTags('events')
@RequireScope('webhooks:read')
@Controller()
export class EventsController {
  constructor(
    private readonly log: EventLogRepository,
    private readonly catalogue: EventCatalogue,
  ) {}

  @Get('events')
  @ApiOperation({ summary: 'List what happened, newest first, whether or not anyone was notified' })
  @ApiOkResponse({ type: EventPage })
  async list(
    @CurrentKey() { merchantId }: AuthenticatedKey,
    @Query() query: ListEventsDto,
  ): Promise<Page<EventBody>> {
    const { limit, after, event_type: type = query.type, payment_id: paymentId } = query;
    const filter = { after, type, paymentId, ...createdBetween(query) };
    const rows = await this.log.events(merchantId, { ...filter, limit: limit + 1 });
    return page(rows.map(eventView), limit, ({ id }) => id);
  }

  @Get('events/:id')
  @ApiOperation({ summary: 'One event' })
  @ApiOkResponse({ type: EventBody })
  async get(@CurrentKey() { merchantId }: AuthenticatedKey, @Param('id') id: string): Promise<EventBody> {
    const event = EVENT_ID.test(id) ? await this.log.event(merchantId, id) : null;
    if (!event) throw new EventNotFoundError(id);
    return eventView(event);
  }

  @Get('event-types')
  @ApiOperation({ summary: 'Every type of event there is, with its schema and an example' })
  @ApiOkResponse({ type: EventTypeList })
  types(): EventTypeList {
    const data = this.catalogue
      .describe()
      .map(({ type, description, schema, example }) => ({ name: type, description, schema, example }));
    return onePage(data);
  }
}
