import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { uuidOr } from '../../http/uuid-or.js';
import { type AuthenticatedKey, isOperator } from '../../auth/authenticated-key.js';
import { CurrentKey, RequireScope } from '../../auth/scopes.js';
import { createdBetween, wantedStatuses } from '../../http/list-filters.js';
import { type Page, page } from '../../http/page.js';
import { BUILT_IN_ENDPOINT_ID } from '../endpoints/built-in-endpoint.js';
import { attemptView, deliveryView, operatorsAttemptView } from './delivery.view.js';
import { DeliveryLogRepository } from './delivery-log.repository.js';
import { DeliveryBody, DeliveryPage, DeliveryWithAttemptsBody } from './delivery.body.js';
import { ListDeliveriesDto, ReplayDeliveriesDto } from './delivery.dto.js';
import { ReplayedBody } from './endpoint.body.js';
import { ReplayService } from './replay.service.js';
import { DeliveryNotFoundError, EndpointGoneError } from '../webhook.errors.js';

const deliveryId = uuidOr(DeliveryNotFoundError);

@ApiTags('deliveries')
@Controller('deliveries')
export class DeliveriesController {
  constructor(
    private readonly log: DeliveryLogRepository,
    private readonly replays: ReplayService,
  ) {}

  @Get()
  @RequireScope('webhooks:read')
  @ApiOperation({ summary: 'List deliveries, newest first; status=dead lists the dead letters' })
  @ApiOkResponse({ type: DeliveryPage })
  async list(
    @CurrentKey() { merchantId }: AuthenticatedKey,
    @Query() query: ListDeliveriesDto,
  ): Promise<Page<DeliveryBody>> {
    const { endpoint_id: endpointId, event_id: eventId, event_type: eventType, limit, after } = query;
    const filter = {
      endpointId,
      eventId,
      eventType,
      states: wantedStatuses(query),
      ...createdBetween(query),
    };
    const wanted = { ...filter, limit: limit + 1, after };
    const rows = await this.log.deliveries(merchantId, wanted);
    return page(rows.map(deliveryView), limit, ({ id }) => id);
  }

  @Get(':id')
  @RequireScope('webhooks:read')
  @ApiOperation({ summary: 'One delivery, with its attempts' })
  @ApiOkResponse({ type: DeliveryWithAttemptsBody })
  async get(
    @CurrentKey() key: AuthenticatedKey,
    @Param('id', deliveryId) id: string,
  ): Promise<DeliveryWithAttemptsBody> {
    const found = await this.log.delivery(key.merchantId, id);
    if (!found) throw new DeliveryNotFoundError(id);
    const isOthers = found.delivery.endpointId === BUILT_IN_ENDPOINT_ID && !isOperator(key);
    const view = isOthers ? operatorsAttemptView : attemptView;
    return { ...deliveryView(found.delivery), attempts: found.attempts.map(view) };
  }

  @Post(':id/replay')
  @HttpCode(202)
  @RequireScope('webhooks:write')
  @ApiOperation({ summary: 'Send one again, under the same webhook-id' })
  @ApiAcceptedResponse({ type: DeliveryWithAttemptsBody })
  async replay(
    @CurrentKey() key: AuthenticatedKey,
    @Param('id', deliveryId) id: string,
  ): Promise<DeliveryWithAttemptsBody> {
    // Whether it is theirs at all is for `get` to say.
    const delivery = await this.get(key, id);
    if (!(await this.replays.one(key, delivery))) throw new EndpointGoneError();
    return this.get(key, id);
  }

  @Post('replay')
  @HttpCode(202)
  @RequireScope('webhooks:write')
  @ApiOperation({ summary: 'Send again what is dead, or was delivered, by filter' })
  @ApiAcceptedResponse({ type: ReplayedBody })
  replayAll(@CurrentKey() key: AuthenticatedKey, @Body() dto: ReplayDeliveriesDto): Promise<ReplayedBody> {
    return this.replays.matching(key, dto);
  }
}
