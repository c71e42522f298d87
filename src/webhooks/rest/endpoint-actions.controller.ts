import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { uuidOr } from '../../http/uuid-or.js';
import { type AuthenticatedKey } from '../../auth/authenticated-key.js';
import { CurrentKey, RequireScope } from '../../auth/scopes.js';
import { ReplayedBody, TestResultBody } from './endpoint.body.js';
import { ReplayDto, TestEndpointDto } from './endpoint.dto.js';
import { ReplayService } from './replay.service.js';
import { EndpointNotFoundError } from '../webhook.errors.js';

const endpointId = uuidOr(EndpointNotFoundError);
const DEFAULT_TEST_TYPE = 'payment.confirmed';

/** What one does with an endpoint, rather than to it. */
@ApiTags('webhook-endpoints')
@RequireScope('webhooks:write')
@Controller('webhook-endpoints')
export class EndpointActionsController {
  constructor(private readonly replays: ReplayService) {}

  @Post(':id/test')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send a signed sample now, and see what the endpoint answers' })
  @ApiOkResponse({ type: TestResultBody })
  test(
    @CurrentKey() key: AuthenticatedKey,
    @Param('id', endpointId) id: string,
    @Body() { event_type: type = DEFAULT_TEST_TYPE }: TestEndpointDto,
  ): Promise<TestResultBody> {
    return this.replays.test(key, id, type);
  }

  @Post(':id/replay')
  @HttpCode(202)
  @ApiOperation({ summary: 'Send again, or for the first time, what happened since a time' })
  @ApiAcceptedResponse({ type: ReplayedBody })
  replay(
    @CurrentKey() key: AuthenticatedKey,
    @Param('id', endpointId) id: string,
    @Body() dto: ReplayDto,
  ): Promise<ReplayedBody> {
    return this.replays.since(key, id, dto);
  }
}
