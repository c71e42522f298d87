import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { AuthService } from '../auth/auth.service.js';
import { type Merchant } from '../auth/merchant.entity.js';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { inOneMoment } from '../database/one-moment.js';
import { IdempotencyService } from '../http/idempotency.js';
import { DomainError, ValidationFailedError, orRefusal } from '../http/problem.js';
import { LinkedPayments, type LinkedRequest } from '../payments/linked-payments.js';
import { isPageToken } from '../payments/pay-page.js';
import { amountProblem, type AmountProblem, type LinkPrice, shownPrice } from './link-price.js';
import { type GivenAnswer } from './answers.js';
import { type Closed, LinkClosedError } from './payment-link.errors.js';
import { PaymentLink } from './payment-link.entity.js';
import { isOver, stockLeft, withStock } from './payment-link.view.js';
import { databaseClock } from '../database/database-clock.js';

/** Of the payments that may be unpaid at a time: who makes them from one site alone has the link busy for nobody else. */
const PART_OF_A_SITE = 0.2;

/** What a visitor of a link sees. */
export interface LinkState {
  link: PaymentLink;
  price: LinkPrice;
  merchant: string;
  /** What its pages show of it besides its name. */
  brand: Pick<Merchant, 'brandColor' | 'logo' | 'support' | 'termsUrl'>;
  shopOrigins: string[];
  /** Null: it makes a payment for whoever asks. */
  closed: Closed | null;
  left: number | null;
}

/** What a visitor asks for, checked. */
export interface Visit {
  /** In whole units of the link's currency. */
  amount: string;
  answers: readonly GivenAnswer[];
  /** Of the form: it makes one payment, however often it is sent. */
  nonce: string;
  /** From where it is asked for, as limits know it. */
  site: string;
  /** Asked before a piece of a stock is taken. @throws where the visitor has taken too many */
  admit: () => void;
}

/** Payment links as their visitors reach them: by the page's token alone. */
@Injectable()
export class LinkVisits {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly merchants: AuthService,
    private readonly payments: LinkedPayments,
    private readonly idempotency: IdempotencyService,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
  ) {}

  /** Null when there is none. */
  async find(token: string): Promise<LinkState | null> {
    if (!isPageToken(token)) return null;
    const found = await inOneMoment(this.dataSource, async (manager) => {
      const link = await manager.findOneBy(PaymentLink, { token });
      return link && { link, taken: await this.payments.takenOf(manager, withStock([link])) };
    });
    if (!found) return null;
    const { link, taken } = found;
    const merchant = await this.merchants.merchant(link.merchantId);
    const left = stockLeft(link, taken.get(link.id) ?? 0);
    const closed = isOver(link, databaseClock.now()) ? 'ended' : left === 0 ? 'sold_out' : null;
    const price = shownPrice(link.price, this.chains);
    const { name, shopOrigins } = merchant;
    return { link, price, merchant: name, brand: merchant, shopOrigins, closed, left };
  }

  amountProblem({ price }: LinkState, amount: string): AmountProblem | null {
    const { currency, chain } = price;
    return amountProblem(amount, price, (given) => {
      try {
        return this.payments.priceOf({ amount: given, currency, chain: chain ?? undefined }).amount;
      } catch (error) {
        if (error instanceof ValidationFailedError) return null;
        throw error;
      }
    });
  }

  /** Of a link for one payment: the page of that one. */
  paidBy({ id, once }: PaymentLink): Promise<string | null> {
    return once ? this.payments.pageOf(id) : Promise.resolve(null);
  }

  /**
   * Makes the visitor's payment, or finds the one that the same form has made.
   * @returns the token of its page
   * @throws LinkClosedError, and NotPricedError or what else refuses a payment: nothing is made then
   */
  async pay(state: LinkState, visit: Visit): Promise<string> {
    const { link } = state;
    const { id, merchantId, token } = link;
    const body = {
      version: link.version,
      amount: visit.amount,
      answers: visit.answers.map(({ value }) => value),
    };
    const key = `link-${sha256(`${visit.nonce} ${JSON.stringify(body)}`)}`;
    const asked = await orRefusal(
      this.payments.asked(merchantId, requestOf(state, visit.amount), link.accept),
    );
    const linkSite = siteNumber(id, visit.site);
    const linkAnswers = visit.answers.map(({ label, value }) => ({ label, value }));
    const idempotent = { merchantId, key, request: { method: 'POST', path: `/l/${token}`, body } };
    const { body: made } = await this.idempotency.run(
      { ...idempotent, row: id, status: 303 },
      async (manager) => {
        await this.requireOpen(manager, link, linkSite);
        if (asked instanceof DomainError) throw asked;
        if (state.left !== null) visit.admit();
        const payment = await this.payments.make(manager, merchantId, asked, {
          linkId: id,
          linkAnswers,
          linkSite,
        });
        return { payment_id: payment.id };
      },
    );
    return this.payments.pageTokenOf(made.payment_id);
  }

  /** Under the lock of the link's row, one visitor after the other: what is sold is never more than the stock. */
  private async requireOpen(
    manager: EntityManager,
    { id, version }: Pick<PaymentLink, 'id' | 'version'>,
    site: number,
  ): Promise<void> {
    const lock = { mode: 'for_no_key_update' as const };
    const link = await manager.findOne(PaymentLink, { where: { id }, lock });
    if (!link || link.version !== version || isOver(link, databaseClock.now()))
      throw new LinkClosedError('ended');
    const taken = await this.payments.takenOf(manager, withStock([link]));
    if (stockLeft(link, taken.get(id) ?? 0) === 0) throw new LinkClosedError('sold_out');
    const inAll = this.settings.checkoutLinkUnpaidPayments;
    const ofSite = Math.ceil(inAll * PART_OF_A_SITE);
    if (await this.payments.hasUnpaid(manager, id, { inAll, ofSite, site }))
      throw new LinkClosedError('busy');
  }
}

/** An origin that was taken off the merchant's list since is led to no more. */
function requestOf({ link, price, shopOrigins }: LinkState, amount: string): Omit<LinkedRequest, 'accept'> {
  const allowed = (url: string | null) =>
    url !== null && shopOrigins.includes(new URL(url).origin) ? url : null;
  const { currency, chain } = price;
  return {
    price: { amount, currency, chain: chain ?? undefined },
    success_url: allowed(link.successUrl),
    cancel_url: allowed(link.cancelUrl),
    reference: link.reference,
    metadata: link.metadata,
    expires_in_minutes: link.paymentMinutes,
  };
}

/** One of 65,536, another of each link: it tells sites apart for the most part, and says of none which it is. */
function siteNumber(linkId: string, site: string): number {
  return createHash('sha256').update(`${linkId} ${site}`).digest().readUInt16BE();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
