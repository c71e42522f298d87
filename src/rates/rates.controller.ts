import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/scopes.js';
import { RatesView } from './dto/rates.view.js';
import { ratesView } from './rate.views.js';
import { RatesService } from './rates.service.js';

@ApiTags('rates')
@Controller('rates')
export class RatesController {
  constructor(private readonly rates: RatesService) {}

  @Get()
  @RequireScope('payments:read')
  @ApiOperation({ summary: 'What each pair is worth now, by which sources, and why one is refused' })
  @ApiOkResponse({ type: RatesView })
  list(): RatesView {
    const now = new Date();
    return ratesView(this.rates.report(now), now);
  }
}
