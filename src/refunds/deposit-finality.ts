import { Injectable } from '@nestjs/common';
import { ChainService } from '../chain/chain.service.js';
import { isSilence, NodesSilentError } from '../chain/nodes-silent.error.js';
import { type ChainConfig } from '../config/chains.js';
import { type ChainId } from '../ids/ids.js';
import { Recent } from '../process/recent.js';
import { type RefundDeposit } from '../payments/refund-subjects.js';
import { type ChainExtent, ScannedChain } from '../scanner/scanned-chain.js';
import { depositFinalUpTo } from './final-up-to.js';
import { DepositNotRefundableError } from './refund.errors.js';

/**
 * Every endpoint of the chain is asked for it, and merchants may ask for refunds a hundred times a second: after a block that
 * was scanned once a second will do. It is looked at again where the refund is signed.
 */
const KEPT_MS = 1_000;

/** Whether a deposit can no longer be taken away by a reorg: by its chain's rule for as much, and its payment's where it counts. */
@Injectable()
export class DepositFinality {
  /** By chain, as they were after a block that was scanned. */
  private readonly extents = new Map<ChainId, { after: string; recent: Recent<ChainExtent | null> }>();

  constructor(
    private readonly chains: ChainService,
    private readonly scanned: ScannedChain,
  ) {}

  /** @throws NodesSilentError, DepositNotRefundableError */
  async isFinal(deposit: RefundDeposit): Promise<boolean> {
    const chain = this.chains.all().find(({ chainId }) => chainId === deposit.chainId);
    if (!chain) throw new DepositNotRefundableError(deposit.id, 'its chain is not configured here any more');
    const extent = await this.extent(chain);
    if (extent === null) return false;
    return deposit.blockNumber <= depositFinalUpTo(chain, extent, deposit);
  }

  private async recentExtent(chain: ChainConfig): Promise<ChainExtent | null> {
    const after = (await this.scanned.last(chain))?.hash ?? '';
    const known = this.extents.get(chain.chainId);
    if (known?.after === after) return known.recent.get();
    const recent = new Recent(KEPT_MS, () => this.scanned.extent(chain));
    this.extents.set(chain.chainId, { after, recent });
    return recent.get();
  }

  private async extent(chain: ChainConfig): Promise<ChainExtent | null> {
    try {
      return await this.recentExtent(chain);
    } catch (error) {
      if (isSilence(error)) throw new NodesSilentError(chain.name);
      throw error;
    }
  }
}
