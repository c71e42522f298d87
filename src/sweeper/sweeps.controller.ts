import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type AuthenticatedKey } from '../auth/authenticated-key.js';
import { CurrentKey, RequireScope } from '../auth/scopes.js';
import { onePage, type Page } from '../http/page.js';
import { ControlBody, PlannedList, SweepPage } from './dto/sweep.body.js';
import { ListSweepsDto, PauseSweepsDto, RunSweepsDto } from './dto/sweep.dto.js';
import { type ControlView, type PlannedView, type SweepView } from './sweep.view.js';
import { SweepsService } from './sweeps.service.js';

@ApiTags('sweeps')
@Controller('sweeps')
export class SweepsController {
  constructor(private readonly sweeps: SweepsService) {}

  @Get()
  @RequireScope('payments:read')
  @ApiOperation({
    summary: 'List what goes from your deposit addresses to the treasury, newest first',
    description: 'Also what waits, with the reason: as money that is worth less than it costs to sweep.',
  })
  @ApiOkResponse({ type: SweepPage })
  list(@CurrentKey() key: AuthenticatedKey, @Query() query: ListSweepsDto): Promise<Page<SweepView>> {
    return this.sweeps.list(key.merchantId, query);
  }

  @Post('run')
  @HttpCode(200)
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Plan sweeps now, of all merchants',
    description: 'What goes is sent by the sweeping process at its next step.',
  })
  @ApiOkResponse({ type: PlannedList })
  async run(@Body() dto: RunSweepsDto): Promise<Page<PlannedView>> {
    const { chain = null, payment_ids: paymentIds = null, force = false, dry_run: isDryRun = false } = dto;
    return onePage(await this.sweeps.run({ chain, paymentIds, isForced: force, isDryRun }));
  }

  @Get('control')
  @RequireScope('admin')
  @ApiOperation({ summary: 'Say whether sweeping is paused' })
  @ApiOkResponse({ type: ControlBody })
  control(): Promise<ControlView> {
    return this.sweeps.control();
  }

  @Post('pause')
  @HttpCode(200)
  @RequireScope('admin')
  @ApiOperation({
    summary: 'Stop signing anything: sweeps, gas, refunds',
    description:
      'What was sent already is followed to its end. It holds for all processes until it is resumed.',
  })
  @ApiOkResponse({ type: ControlBody })
  pause(@Body() { reason = null }: PauseSweepsDto): Promise<ControlView> {
    return this.sweeps.pause(reason);
  }

  @Post('resume')
  @HttpCode(200)
  @RequireScope('admin')
  @ApiOperation({ summary: 'Go on signing' })
  @ApiOkResponse({ type: ControlBody })
  resume(): Promise<ControlView> {
    return this.sweeps.resume();
  }
}
