import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type StoredAsset } from '../auth/accepted-assets.js';
import { type Asked } from './asked.js';
import { countsIn } from './counted-money.js';
import { type CreatePaymentDto } from './dto/create-payment.dto.js';
import { type LinkAnswer } from './payment.entity.js';
import { type AmountField } from './payment.errors.js';
import { type PaymentView } from './payment.view.js';
import { PaymentRequests } from './payment-requests.js';
import { PaymentsService } from './payments.service.js';
import { type PriceRequest, PriceRequests } from './price-requests.js';
import { type Price } from './quote/price.js';

/** What a payment link asks for on behalf of its merchant. */
export type LinkedRequest = Pick<
  CreatePaymentDto,
  'price' | 'accept' | 'success_url' | 'cancel_url' | 'reference' | 'metadata' | 'expires_in_minutes'
>;

/** A request, and what it comes to. */
export interface LinkedAsked {
  request: LinkedRequest;
  asked: Asked;
}

/**
 * A payment that has a piece of its link's stock: it is paid, or may still be paid in time. One that had expired has none
 * until late money makes it up, so that a speck of dust keeps nothing from being sold; nor once that went back. By what
 * came and not by the exception, which may be null: a condition on it is then neither true nor false.
 */
const HAS_A_PIECE = `status NOT IN ('expired', 'cancelled') AND NOT (status = 'partially_paid' AND EXISTS (
  SELECT FROM transfers AS late WHERE late.payment_id = payments.id AND late.state = 'included' AND ${countsIn('late')}
    AND late.block_time > payments.expires_at))`;

/** Payments as payment links make and count them. */
@Injectable()
export class LinkedPayments {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly payments: PaymentsService,
    private readonly prices: PriceRequests,
    private readonly requests: PaymentRequests,
  ) {}

  /**
   * @param named what the amount is called where it was written
   * @throws PriceRefusedError
   */
  priceOf(price: PriceRequest['price'], named?: AmountField): Price {
    return this.prices.priceOf(price, named);
  }

  /** @throws AssetNotAcceptedError; ValidationFailedError where it names what is not there */
  chosen(merchantId: string, accept: NonNullable<PriceRequest['accept']>): Promise<StoredAsset[]> {
    return this.prices.chosen(merchantId, accept);
  }

  /** As they are kept. @throws ReturnUrlRefusedError where one leads elsewhere than to the merchant's shop */
  urlsOf(
    merchantId: string,
    urls: Pick<LinkedRequest, 'success_url' | 'cancel_url'>,
  ): Promise<{ successUrl: string | null; cancelUrl: string | null }> {
    return this.requests.urlsOf(merchantId, urls);
  }

  /**
   * Priced now, before the transaction that makes it.
   * @param chosen what it may be paid in, of what is accepted today; null: all of that
   * @throws NotPricedError and what else refuses a payment
   */
  async asked(
    merchantId: string,
    request: Omit<LinkedRequest, 'accept'>,
    chosen: readonly StoredAsset[] | null,
  ): Promise<LinkedAsked> {
    const accept = chosen && (await this.prices.stillAccepted(merchantId, chosen));
    const whole = { ...request, accept };
    return { request: whole, asked: await this.payments.asked(merchantId, whole) };
  }

  make(
    manager: EntityManager,
    merchantId: string,
    { request, asked }: LinkedAsked,
    link: { linkId: string; linkAnswers: LinkAnswer[]; linkSite: number },
  ): Promise<PaymentView> {
    return this.payments.insert(manager, merchantId, request, asked, link);
  }

  /** What leads to the payment's page. */
  async pageTokenOf(paymentId: string): Promise<string> {
    const [row] = await this.dataSource.query<{ page_token: string }[]>(
      'SELECT page_token FROM payments WHERE id = $1',
      [paymentId],
    );
    return (row as { page_token: string }).page_token;
  }

  /** @returns how many payments have a piece of the stock, by link; one without any is not there */
  async takenOf(manager: EntityManager, linkIds: readonly string[]): Promise<Map<string, number>> {
    if (linkIds.length === 0) return new Map();
    const rows = await manager.query<{ link_id: string; taken: string }[]>(
      `SELECT link_id, count(*) AS taken FROM payments WHERE link_id = ANY($1) AND ${HAS_A_PIECE} GROUP BY link_id`,
      [linkIds],
    );
    return new Map(rows.map(({ link_id: id, taken }) => [id, Number(taken)]));
  }

  /** Whether a link has as many payments that may be paid in time and are not: in all, or of one site. A speck pays none. */
  async hasUnpaid(
    manager: EntityManager,
    linkId: string,
    most: { inAll: number; ofSite: number; site: number },
  ): Promise<boolean> {
    const rows = await manager.query<{ link_site: number | null }[]>(
      `SELECT link_site FROM payments WHERE link_id = $1
         AND (status = 'pending' OR (status = 'partially_paid' AND expires_at > now())) LIMIT $2`,
      [linkId, most.inAll],
    );
    const ofSite = rows.filter(({ link_site: site }) => site === most.site).length;
    return rows.length >= most.inAll || ofSite >= most.ofSite;
  }

  /** The page of the newest payment that has a piece of a link's stock; null: there is none. */
  async pageOf(linkId: string): Promise<string | null> {
    const [row] = await this.dataSource.query<{ page_token: string }[]>(
      `SELECT page_token FROM payments WHERE link_id = $1 AND ${HAS_A_PIECE} ORDER BY id DESC LIMIT 1`,
      [linkId],
    );
    return row?.page_token ?? null;
  }
}
