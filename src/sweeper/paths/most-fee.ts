import { Inject, Injectable } from '@nestjs/common';
import { type ChainConfig } from '../../config/chains.js';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import { mostUnpricedFee } from '../../outgoing/fees.js';
import { AssetWorth } from '../../rates/asset-worth.js';
import { feeCeiling } from '../planning/fee-ceiling.js';
import { type Sweep } from '../sweep.entity.js';

/** What the fee of a sweep may be at the most. */
@Injectable()
export class MostFee {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly worth: AssetWorth,
  ) {}

  /**
   * For a caller in no transaction.
   * @param moving base units that leave the address now, the fee included where it comes out of them
   * @returns wei; null: any
   */
  async of(
    chain: ChainConfig,
    { isForced, isCarried, tokenAddress, estimatedFee }: Sweep,
    moving: bigint,
  ): Promise<bigint | null> {
    const valueWei = await this.worth.inWei(null, chain, tokenAddress, moving);
    if (valueWei === null && !isForced) return mostUnpricedFee(chain);
    const facts = { isForced, valueWei, planned: { feeWei: estimatedFee, isCarried } };
    return feeCeiling(facts, this.settings.sweepMaxFeeBps);
  }
}
