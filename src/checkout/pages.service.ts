import { Inject, Injectable } from '@nestjs/common';
import { AuthService } from '../auth/auth.service.js';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, SETTINGS } from '../config/configuration.module.js';
import { urlAt } from '../config/public-url.js';
import { type Settings } from '../config/settings.js';
import { NotFoundError } from '../http/problem.js';
import { isPageToken } from '../payments/pay-page.js';
import { PaymentNews } from '../payments/payment-news.js';
import { PaymentPages } from '../payments/payment-pages.js';
import { Coalescer } from '../process/coalescer.js';
import { pageBrand } from './page/brand.js';
import { type PageSubject } from './page/build-page-view.js';
import { type PageChain, pageChain } from './page/page-chain.js';
import { type PublicAct, PublicLimits } from '../http/public-limits.js';
import { databaseClock } from '../database/database-clock.js';

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

/** As many as one batch of questions reads: more would keep the others waiting. */
const MOST_AT_ONCE = 50;

export type PageState = Omit<PageSubject, 'checked' | 'language'>;

/** Gathers what a page shows. */
@Injectable()
export class PagesService {
  private readonly chains: ReadonlyMap<number, PageChain>;
  private readonly together = new Coalescer((pages: PageKey[]) => this.statesOf(pages), MOST_AT_ONCE);

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) chains: ChainConfig[],
    private readonly payments: PaymentPages,
    private readonly news: PaymentNews,
    private readonly merchants: AuthService,
    private readonly limits: PublicLimits,
  ) {
    this.chains = new Map(chains.map((chain) => [chain.chainId, pageChain(chain)]));
  }

  /**
   * By one look-up in an index, whatever was asked for: how long it takes tells nothing. Whoever asks for pages that are
   * not there may do so less often.
   * @throws NoSuchPageError, TooManyPageRequestsError
   */
  async find(token: string, address: string, act: PublicAct): Promise<PageKey> {
    this.limits.spendOfAddress(act, address);
    const found = isPageToken(token) ? await this.payments.find(token) : null;
    if (!found) {
      this.limits.spendOfAddress('missing', address);
      throw new NoSuchPageError();
    }
    this.limits.spendOfPage(act, address, token);
    return { ...found, token };
  }

  /** @throws TooManyPageRequestsError */
  spend(act: PublicAct, address: string, token: string): void {
    this.limits.spend(act, address, token);
  }

  /**
   * As it is now, or newer. Those who ask at the same time share the questions; who asks for the same page gets the same
   * object, so that it need be rendered once.
   * @throws NoSuchPageError
   */
  async state(page: PageKey): Promise<PageState> {
    const state = await this.together.call(page);
    if (!state) throw new NoSuchPageError();
    return state;
  }

  private async statesOf(pages: readonly PageKey[]): Promise<(PageState | null)[]> {
    const distinct = [...new Map(pages.map((page) => [page.token, page])).values()];
    const ids = distinct.map(({ paymentId }) => paymentId);
    // First, so that what a page shows is never older than what it says that it shows.
    const marks = new Map((await this.news.of(ids)).map(({ paymentId, mark }) => [paymentId, mark]));
    const [states, merchants] = await Promise.all([
      this.payments.states(ids),
      Promise.all(distinct.map(({ merchantId }) => this.merchants.merchant(merchantId))),
    ]);
    const made = distinct.map(({ token, paymentId }, index): [string, PageState | null] => {
      const state = states.get(paymentId);
      const merchant = merchants[index];
      if (!state || !merchant) return [token, null];
      return [
        token,
        {
          token,
          ...state,
          mark: marks.get(paymentId) ?? '',
          merchant: merchant.name,
          brand: pageBrand(merchant),
          shopOrigins: merchant.shopOrigins,
          chains: this.chains,
          canPayFromDevChain: this.settings.devChainPayer !== null,
          now: databaseClock.now(),
        },
      ];
    });
    const byToken = new Map(made);
    return pages.map(({ token }) => byToken.get(token) ?? null);
  }

  /** Of a path, as browsers reach it. Null: PUBLIC_URL is not set. */
  urlOf(path: string): string | null {
    return urlAt(this.settings.publicUrl, path);
  }
}
