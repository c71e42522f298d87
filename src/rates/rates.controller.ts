import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { RequireScope } from '../auth/scopes.js';
import { onePage, type Page } from '../http/page.js';
import { type PairRateView, RatePage } from './dto/rates.view.js';
import { pairView } from './rate.views.js';
import { RatesService } from './rates.service.js';
import { databaseClock } from '../database/database-clock.js';

@ApiTags('rates')
@Controller('rates')
export class RatesController {
  constructor(private readonly rates: RatesService) {}

  @Get()
  @RequireScope('payments:read')
  @ApiOperation({ summary: 'What each pair is worth now, by which sources, and why one is refused' })
  @ApiOkResponse({ type: RatePage })
  list(): Page<PairRateView> {
    const now = databaseClock.now();
    return onePage(this.rates.report(now).map((report) => pairView(report, now)));
  }
}
