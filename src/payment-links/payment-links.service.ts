import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { inOneMoment } from '../database/one-moment.js';
import { inTurn } from '../http/in-turn.js';
import { IdempotencyService } from '../http/idempotency.js';
import { type Page, page } from '../http/page.js';
import { newPageToken } from '../payments/pay-page.js';
import { LinkedPayments } from '../payments/linked-payments.js';
import {
  type CreatePaymentLinkDto,
  type LinkPriceDto,
  type ListPaymentLinksDto,
  type UpdatePaymentLinkDto,
} from './dto/payment-link.dto.js';
import { type LinkPrice, storedPrice } from './link-price.js';
import {
  LinkEndedError,
  OnceWithStockError,
  OpenPriceError,
  PaymentLinkNotFoundError,
} from './payment-link.errors.js';
import { PaymentLink } from './payment-link.entity.js';
import { paymentLinkView, type PaymentLinkView, withStock } from './payment-link.view.js';
import { databaseClock } from '../database/database-clock.js';

const MAX_ANSWER = 200;

/** Payment links as their merchants make and change them. */
@Injectable()
export class PaymentLinksService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly payments: LinkedPayments,
    private readonly idempotency: IdempotencyService,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
  ) {}

  /**
   * @throws PriceRefusedError, OpenPriceError, OnceWithStockError, LinkEndedError, AssetNotAcceptedError,
   * @throws ReturnUrlRefusedError
   * @throws IdempotencyKeyReusedError
   */
  async create(
    merchantId: string,
    dto: CreatePaymentLinkDto,
    key: string | undefined,
  ): Promise<PaymentLinkView> {
    const fields = await this.fieldsOf(merchantId, dto);
    const request = { method: 'POST', path: '/api/v1/payment-links', body: dto };
    const answer = await this.idempotency.run({ merchantId, key, request, status: 201 }, async (manager) => {
      const link: PaymentLink = {
        ...NOTHING_ASKED,
        ...(fields as Pick<PaymentLink, 'title' | 'price'>),
        id: uuidv7(),
        merchantId,
        token: newPageToken(),
        version: 1,
        createdAt: databaseClock.now(),
      };
      requireOneOf(link);
      if (link.expiresAt !== null && link.expiresAt <= link.createdAt)
        throw new LinkEndedError(link.expiresAt);
      await manager.insert(PaymentLink, link as never);
      return this.viewOf(link, 0);
    });
    return answer.body;
  }

  /** Whose link it is. @throws PaymentLinkNotFoundError */
  async merchantOf(id: string): Promise<string> {
    const link = await this.dataSource.manager.findOne(PaymentLink, {
      where: { id },
      select: { merchantId: true },
    });
    if (!link) throw new PaymentLinkNotFoundError(id);
    return link.merchantId;
  }

  /** @throws PaymentLinkNotFoundError also when it is another merchant's */
  get(merchantId: string, id: string): Promise<PaymentLinkView> {
    return inOneMoment(this.dataSource, async (manager) => {
      const link = await manager.findOneBy(PaymentLink, { id, merchantId });
      if (!link) throw new PaymentLinkNotFoundError(id);
      const [view] = await this.viewsOf(manager, [link]);
      return view as PaymentLinkView;
    });
  }

  /** Newest first. */
  list(merchantId: string, { limit, after, active }: ListPaymentLinksDto): Promise<Page<PaymentLinkView>> {
    return inOneMoment(this.dataSource, async (manager) => {
      const query = manager
        .createQueryBuilder(PaymentLink, 'link')
        .where('link.merchant_id = :merchantId', { merchantId })
        .orderBy('link.id', 'DESC')
        .limit(limit + 1);
      if (active !== undefined) query.andWhere('link.is_active = :active', { active });
      if (after !== undefined) query.andWhere('link.id < :after', { after });
      return page(await this.viewsOf(manager, await query.getMany()), limit, ({ id }) => id);
    });
  }

  /** What is left out stays. @throws PaymentLinkNotFoundError, and what `create` does */
  async update(merchantId: string, id: string, dto: UpdatePaymentLinkDto): Promise<PaymentLinkView> {
    const fields = await this.fieldsOf(merchantId, dto);
    const changed = await inTurn(this.dataSource, id, async (manager) => {
      const lock = { mode: 'for_no_key_update' as const };
      const link = await manager.findOne(PaymentLink, { where: { id, merchantId }, lock });
      if (!link) throw new PaymentLinkNotFoundError(id);
      const next = { ...link, ...fields, version: link.version + 1 };
      requireOneOf(next);
      await manager.update(PaymentLink, { id }, { ...fields, version: next.version } as never);
      return { link: next, taken: (await this.payments.takenOf(manager, withStock([next]))).get(id) ?? 0 };
    });
    return this.viewOf(changed.link, changed.taken);
  }

  /** What a request says, checked; what it leaves out is not there. */
  private async fieldsOf(merchantId: string, dto: UpdatePaymentLinkDto): Promise<Partial<PaymentLink>> {
    const accept = dto.accept && (await this.payments.chosen(merchantId, dto.accept));
    const urls = await this.payments.urlsOf(merchantId, dto);
    const { expires_at: expiresAt, payment_expires_in_minutes: paymentMinutes } = dto;
    const given: Partial<PaymentLink> = {
      title: dto.title,
      price: dto.price && storedPrice(this.priceOf(dto.price), this.chains),
      isActive: dto.active,
      description: dto.description,
      accept,
      once: dto.once,
      stock: dto.stock,
      fields: dto.fields?.map(({ label, required = false, max_length = MAX_ANSWER }) => ({
        label,
        required,
        max_length,
      })),
      successUrl: dto.success_url && urls.successUrl,
      cancelUrl: dto.cancel_url && urls.cancelUrl,
      reference: dto.reference,
      metadata: dto.metadata,
      paymentMinutes,
      expiresAt: typeof expiresAt === 'string' ? new Date(expiresAt) : expiresAt,
    };
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  }

  private priceOf({ currency, chain = null, amount, min, max }: LinkPriceDto): LinkPrice {
    const unitsOf = (given: unknown, named?: 'min' | 'max') =>
      this.payments.priceOf({ amount: given, currency, chain: chain ?? undefined }, named).amount;
    if ((amount ?? null) !== null) {
      if ((min ?? max ?? null) !== null)
        throw new OpenPriceError(
          (min ?? null) === null ? 'max' : 'min',
          'goes without amount: the visitor says how much',
        );
      unitsOf(amount);
      return { currency, chain, amount: amount as string, min: null, max: null };
    }
    // Any amount says whether there is such a currency.
    unitsOf('1');
    const least = (min ?? null) === null ? null : unitsOf(min, 'min');
    const most = (max ?? null) === null ? null : unitsOf(max, 'max');
    if (least !== null && most !== null && most < least)
      throw new OpenPriceError('max', 'must not be below min');
    return {
      currency,
      chain,
      amount: null,
      min: (min as string | undefined) ?? null,
      max: (max as string | undefined) ?? null,
    };
  }

  private async viewsOf(manager: EntityManager, links: PaymentLink[]): Promise<PaymentLinkView[]> {
    const taken = await this.payments.takenOf(manager, withStock(links));
    return links.map((link) => this.viewOf(link, taken.get(link.id) ?? 0));
  }

  private viewOf(link: PaymentLink, taken: number): PaymentLinkView {
    return paymentLinkView(link, taken, this.settings.publicUrl, this.chains);
  }
}

const NOTHING_ASKED = {
  isActive: true,
  description: null,
  accept: null,
  once: false,
  stock: null,
  fields: [],
  successUrl: null,
  cancelUrl: null,
  reference: null,
  metadata: null,
  paymentMinutes: null,
  expiresAt: null,
};

function requireOneOf({ once, stock }: PaymentLink): void {
  if (once && stock !== null) throw new OnceWithStockError();
}
