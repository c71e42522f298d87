import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { VERSION } from '../config/version.js';
import { AuthService } from './auth.service.js';
import { apiKeyView, merchantView } from './auth.views.js';
import { type AuthenticatedKey } from './authenticated-key.js';
import { MeBody } from './dto/auth.dto.js';
import { AnyScope, CurrentKey } from './scopes.js';

/** For whoever holds a key, to see what it is. */
@ApiTags('api-keys')
@Controller('me')
export class MeController {
  constructor(
    private readonly auth: AuthService,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
  ) {}

  @Get()
  @AnyScope()
  @ApiOperation({ summary: 'Say which key this is, and for which merchant it acts' })
  @ApiOkResponse({ type: MeBody })
  async me(@CurrentKey() { id, merchantId }: AuthenticatedKey): Promise<MeBody> {
    const key = await this.auth.key(id);
    const merchant =
      merchantId === id ? null : merchantView(await this.auth.merchant(merchantId), this.chains);
    return {
      key: apiKeyView(key),
      merchant,
      livemode: this.settings.nodeEnv === 'production',
      version: VERSION,
    };
  }
}
