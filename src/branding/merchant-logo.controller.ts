import { Body, Controller, Delete, Inject, Param, Put } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { MerchantNotFoundError } from '../auth/auth.errors.js';
import { merchantView } from '../auth/auth.views.js';
import { MerchantBody } from '../auth/dto/auth.dto.js';
import { RequireScope } from '../auth/scopes.js';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS } from '../config/configuration.module.js';
import { uuidOr } from '../http/uuid-or.js';
import { LogoRefusedError } from './logo-refused.error.js';
import { LogosService } from './logos.service.js';

const merchantIdPipe = uuidOr(MerchantNotFoundError);

@ApiTags('merchants')
@RequireScope('admin')
@Controller('merchants/:id/logo')
export class MerchantLogoController {
  constructor(
    private readonly logos: LogosService,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
  ) {}

  @Put()
  @ApiOperation({
    summary: 'Set a merchant’s logo',
    description:
      'The bytes of a PNG or JPEG of at most 4,000,000 pixels, whatever `content-type` says. It is redrawn, at most ' +
      '480 × 160 pixels large',
  })
  @ApiConsumes('image/png', 'image/jpeg')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiOkResponse({ type: MerchantBody })
  async set(@Param('id', merchantIdPipe) id: string, @Body() bytes: unknown): Promise<MerchantBody> {
    if (!Buffer.isBuffer(bytes))
      throw new LogoRefusedError(
        'is missing; send the bytes of a PNG or JPEG, with curl by --data-binary @logo.png',
      );
    return merchantView(await this.logos.set(id, await this.logos.draw(bytes)), this.chains);
  }

  @Delete()
  @ApiOperation({ summary: 'Remove a merchant’s logo' })
  @ApiOkResponse({ type: MerchantBody })
  async remove(@Param('id', merchantIdPipe) id: string): Promise<MerchantBody> {
    return merchantView(await this.logos.remove(id), this.chains);
  }
}
