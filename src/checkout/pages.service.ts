import { Inject, Injectable } from '@nestjs/common';
import { AuthService } from '../auth/auth.service.js';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { NotFoundError } from '../http/problem.js';
import { isPageToken, payUrl } from '../payments/pay-page.js';
import { PaymentPages } from '../payments/payment-pages.js';
import { type PageSubject } from './page/build-page-view.js';
import { type PublicAct, PublicLimits } from './public-limits.js';

export class NoSuchPageError extends NotFoundError {
  constructor() {
    super('there is no such page; is the link whole?');
  }
}

/** Which payment a page is of. */
export interface PageKey {
  token: string;
  paymentId: string;
  merchantId: string;
  version: number;
}

export type PageState = Omit<PageSubject, 'checked' | 'language'>;

/** Gathers what a page shows. */
@Injectable()
export class PagesService {
  private readonly explorers: ReadonlyMap<number, string | null>;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) chains: ChainConfig[],
    private readonly payments: PaymentPages,
    private readonly merchants: AuthService,
    private readonly limits: PublicLimits,
  ) {
    this.explorers = new Map(chains.map(({ chainId, explorerUrl }) => [chainId, explorerUrl]));
  }

  /**
   * By one look-up in an index, whatever was asked for: how long it takes tells nothing. Whoever asks for pages that are
   * not there may do so less often.
   * @throws NoSuchPageError, TooManyPageRequestsError
   */
  async find(token: string, address: string, act: PublicAct): Promise<PageKey> {
    this.limits.spend(act, address, token);
    const found = isPageToken(token) ? await this.payments.find(token) : null;
    if (found) return { ...found, token };
    this.limits.spend('missing', address, token);
    throw new NoSuchPageError();
  }

  /** @throws TooManyPageRequestsError */
  spend(act: PublicAct, address: string, token: string): void {
    this.limits.spend(act, address, token);
  }

  async state({ token, paymentId, merchantId }: PageKey): Promise<PageState> {
    const [{ payment, deposits }, merchant] = await Promise.all([
      this.payments.state(merchantId, paymentId),
      this.merchants.merchant(merchantId),
    ]);
    return {
      token,
      payment,
      deposits,
      merchant: merchant.name,
      shopOrigins: merchant.shopOrigins,
      explorers: this.explorers,
      canPayFromDevChain: this.settings.devChainPayer !== null,
      now: new Date(),
    };
  }

  /** Null: PUBLIC_URL is not set. */
  urlOf(token: string): string | null {
    return payUrl(this.settings.publicUrl, token);
  }
}
