import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ChainService } from '../../chain/chain.service.js';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import { sweepingOf } from '../../config/sweeping.js';
import { DelegateCheck } from './delegate-check.js';

/** Has the health of a sweeping process say what is wrong with the contracts that deposit addresses delegate to. */
@Injectable()
export class DelegateWatch implements OnApplicationBootstrap {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly chains: ChainService,
    private readonly delegates: DelegateCheck,
  ) {}

  onApplicationBootstrap(): void {
    for (const chain of this.chains.all()) {
      const isOff = 'off' in sweepingOf(chain, this.settings);
      if (!isOff && chain.sweep.batches !== undefined) this.delegates.watch(this.chains.of(chain));
    }
  }
}
