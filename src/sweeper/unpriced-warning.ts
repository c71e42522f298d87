import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, RATES, SETTINGS } from '../config/configuration.module.js';
import { type RatesConfig } from '../config/rates.js';
import { type Settings } from '../config/settings.js';
import { sweepingOf } from '../config/sweeping.js';
import { UNPRICED, unpricedTokens } from '../rates/unpriced-tokens.js';

/** Says at the start which tokens are swept though nobody has said what they are worth. */
@Injectable()
export class UnpricedWarning implements OnApplicationBootstrap {
  private readonly logger = new Logger('Sweeper');

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
    @Inject(RATES) private readonly rates: RatesConfig,
  ) {}

  onApplicationBootstrap(): void {
    for (const chain of this.chains) {
      const tokens = unpricedTokens(chain, this.rates);
      if (tokens.length === 0 || 'off' in sweepingOf(chain, this.settings)) continue;
      this.logger.warn({ chain: chain.name, tokens }, `tokens ${UNPRICED}`);
    }
  }
}
