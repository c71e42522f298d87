import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type ChainConfig, type RefundRules } from '../config/chains.js';
import { CHAINS, SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { mostUnpricedFee } from '../outgoing/fees.js';
import { AssetWorth } from '../rates/asset-worth.js';
import { type PaymentMoney } from '../payments/money-of.js';
import { type AssetPlace } from '../payments/named-assets.js';
import { firstIdAt } from '../http/list-filters.js';
import { mostRefundFee, shareOf, startOfDay } from './refund-rules.js';
import { RefundChainGoneError, RefundLimitReachedError, RefundTooSmallError } from './refund.errors.js';
import { RefundQueries } from './refund-queries.js';

/** What is asked for, to be held against the limits. */
export interface AskedRefund extends AssetPlace {
  merchantId: string;
  /** Base units. */
  amount: bigint;
}

/** What the gas of a refund is compared with. */
export interface RefundedMoney extends AssetPlace {
  paymentId: string;
  /** Null: of what the payment received; else of this deposit alone, which is no part of that. */
  depositId: string | null;
  /** What was received, in base units. */
  received: bigint;
  /** The refund in question, where it is one of those there are. */
  refundId: string | null;
}

/** How much of the operator's gas, and of a merchant's money, refunds may take. */
@Injectable()
export class RefundLimits {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
    private readonly queries: RefundQueries,
    private readonly worth: AssetWorth,
  ) {}

  /** @throws RefundChainGoneError */
  requireServed({ chain, chainId }: Pick<PaymentMoney, 'chain' | 'chainId'>): void {
    if (!this.chains.some((one) => one.chainId === chainId)) throw new RefundChainGoneError(chain);
  }

  /**
   * Of several requests of one merchant each waits for the one before, so that together they keep to the limits of a day.
   * @throws RefundTooSmallError, RefundLimitReachedError
   */
  async requireWithin(manager: EntityManager, asked: AskedRefund, now: Date): Promise<void> {
    const rules = this.rulesOf(asked);
    if (rules !== undefined && asked.amount < rules.minimum) throw new RefundTooSmallError(rules.minimum);
    const { refundMaxPerDay: most } = this.settings;
    if (most === 0 && rules?.maxPerDay === undefined) return;
    await this.queries.holdMerchant(manager, asked.merchantId);
    const { count, sum } = await this.queries.askedSince(manager, asked, firstIdAt(startOfDay(now)));
    if (most > 0 && count >= most) throw new RefundLimitReachedError(`${most} refunds were asked for today`);
    if (rules?.maxPerDay !== undefined && sum + asked.amount > rules.maxPerDay) {
      throw new RefundLimitReachedError(
        `${asked.amount} cannot be refunded today: of ${rules.maxPerDay} a day ${sum} were asked for already`,
      );
    }
  }

  /**
   * What a refund's gas may cost, in wei: where nobody has said what the money is worth, as much as any one transfer of it,
   * for all refunds of it together.
   */
  async mostFee(manager: EntityManager, money: RefundedMoney): Promise<bigint | null> {
    const chain = this.chains.find(({ chainId }) => chainId === money.chainId);
    if (chain === undefined) return null;
    const worthWei = await this.worth.inWei(manager, chain, money.tokenAddress, money.received);
    const costs = await this.queries.costsOf(manager, money, money.refundId);
    const mostOfAll =
      worthWei === null ? mostUnpricedFee(chain) : shareOf(worthWei, this.settings.refundMaxFeeBps);
    return mostRefundFee({ ...costs, mostOfAll });
  }

  /** Without today's prices: what a refund waits for would be another text with every block. */
  get tooDear(): string {
    return (
      `its gas, with that of the refunds before it, would cost more than the ${this.settings.refundMaxFeeBps} of 10000 ` +
      'that REFUND_MAX_FEE_BPS allows of what this money is worth, or where nobody has said that, more than sweep.max_fee'
    );
  }

  private rulesOf({ chainId, tokenAddress }: AssetPlace): RefundRules | undefined {
    const chain = this.chains.find((one) => one.chainId === chainId);
    if (tokenAddress === null) return chain?.refund;
    return chain?.tokens.find(({ address }) => address === tokenAddress)?.refund;
  }
}
