import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type Asked } from './asked.js';
import { type CreatePaymentDto } from './dto/create-payment.dto.js';
import { type LinkAnswer } from './payment.entity.js';
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

/** The payments of one link. */
export interface LinkedPaymentCounts {
  /** That have not expired, and were not cancelled: each has a piece of what is in stock. */
  taken: number;
  /** Of them, those that nothing has arrived for. */
  unpaid: number;
}

/** Payments as payment links make and count them. */
@Injectable()
export class LinkedPayments {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly payments: PaymentsService,
    private readonly prices: PriceRequests,
    private readonly requests: PaymentRequests,
  ) {}

  /** @throws PriceRefusedError */
  priceOf(price: PriceRequest['price']): Price {
    return this.prices.priceOf(price);
  }

  /** @throws AssetNotAcceptedError; ValidationFailedError where it names what is not there */
  async requireAccepted(merchantId: string, accept: PriceRequest['accept']): Promise<void> {
    if (accept) await this.prices.accepted(merchantId, accept);
  }

  /** As they are kept. @throws ReturnUrlRefusedError where one leads elsewhere than to the merchant's shop */
  urlsOf(
    merchantId: string,
    urls: Pick<LinkedRequest, 'success_url' | 'cancel_url'>,
  ): Promise<{ successUrl: string | null; cancelUrl: string | null }> {
    return this.requests.urlsOf(merchantId, urls);
  }

  /** Priced now, before the transaction that makes it. @throws NotPricedError and what else refuses a payment */
  asked(merchantId: string, request: LinkedRequest): Promise<Asked> {
    return this.payments.asked(merchantId, request);
  }

  make(
    manager: EntityManager,
    merchantId: string,
    request: LinkedRequest,
    asked: Asked,
    link: { linkId: string; linkAnswers: LinkAnswer[] },
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

  /** By link; one that has none is there with zeros. */
  async countsOf(
    linkIds: readonly string[],
    manager: EntityManager = this.dataSource.manager,
  ): Promise<Map<string, LinkedPaymentCounts>> {
    const rows =
      linkIds.length === 0
        ? []
        : await manager.query<{ link_id: string; taken: string; unpaid: string }[]>(
            `SELECT link_id, count(*) AS taken, count(*) FILTER (WHERE status = 'pending') AS unpaid FROM payments
             WHERE link_id = ANY($1) AND status NOT IN ('expired', 'cancelled') GROUP BY link_id`,
            [linkIds],
          );
    const none = linkIds.map((id): [string, LinkedPaymentCounts] => [id, { taken: 0, unpaid: 0 }]);
    const some = rows.map(({ link_id: id, taken, unpaid }): [string, LinkedPaymentCounts] => [
      id,
      { taken: Number(taken), unpaid: Number(unpaid) },
    ]);
    return new Map([...none, ...some]);
  }

  /** The page of the newest payment of a link that has not expired, and was not cancelled; null: there is none. */
  async pageOf(linkId: string): Promise<string | null> {
    const [row] = await this.dataSource.query<{ page_token: string }[]>(
      `SELECT page_token FROM payments WHERE link_id = $1 AND status NOT IN ('expired', 'cancelled')
       ORDER BY id DESC LIMIT 1`,
      [linkId],
    );
    return row?.page_token ?? null;
  }
}
