import { Injectable } from '@nestjs/common';
import { ChainService } from '../chain/chain.service.js';
import { isSilence } from '../chain/nodes-silent.error.js';
import { expectedPrice } from '../outgoing/fees.js';
import { type AssetPlace } from '../payments/named-assets.js';
import { within } from '../process/within.js';
import { ROUGH_GAS } from './refund-rules.js';
import { steadyMs } from '../process/steady-time.js';

/** Prices move by an eighth a block: for a limit that is wide anyway, this old is new enough. */
const KEPT_MS = 5_000;
/** Whoever asks for a refund does not wait longer for a node: it is looked at again where it is signed. */
const PATIENCE_MS = 1_500;

/** What a refund will cost, roughly: to refuse at once what nobody would pay for. */
@Injectable()
export class RefundGas {
  private readonly prices = new Map<string, { askedAt: number; price: Promise<bigint | null> }>();

  constructor(private readonly chains: ChainService) {}

  /** Wei; null: no node says, or the chain is not configured. */
  async roughly({ chainId, tokenAddress }: AssetPlace): Promise<bigint | null> {
    const chain = this.chains.all().find((one) => one.chainId === chainId);
    const price = chain ? await this.price(chain.name) : null;
    return price === null ? null : price * (tokenAddress === null ? ROUGH_GAS.native : ROUGH_GAS.token);
  }

  /** Many who ask at the same time share one question. */
  private price(chain: string): Promise<bigint | null> {
    const now = steadyMs();
    const known = this.prices.get(chain);
    if (known && now - known.askedAt < KEPT_MS) return known.price;
    const price = within(PATIENCE_MS, this.ask(chain), null);
    this.prices.set(chain, { askedAt: now, price });
    return price;
  }

  private async ask(chain: string): Promise<bigint | null> {
    try {
      return expectedPrice(await this.chains.accounts(chain).gasQuote());
    } catch (error) {
      if (isSilence(error)) return null;
      throw error;
    }
  }
}
