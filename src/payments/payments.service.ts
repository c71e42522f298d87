import { Inject, Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { type EntityManager } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { Coalescer } from '../process/coalescer.js';
import { IdempotencyService } from '../http/idempotency.js';
import { type Page, page } from '../http/page.js';
import { DomainError, orRefusal } from '../http/problem.js';
import { EventCatalogue } from '../events/event-catalogue.js';
import { type CreatePaymentDto } from './dto/create-payment.dto.js';
import { type ListPaymentsDto } from './dto/list-payments.dto.js';
import { type Asked, optionsAsked } from './asked.js';
import { PaymentNotFoundError } from './payment.errors.js';
import { PaymentRequests } from './payment-requests.js';
import { payUrl } from './pay-page.js';
import { type Payment } from './payment.entity.js';
import { paymentView, type PaymentView } from './payment.view.js';
import { type PaymentRecord } from './payment-records.js';
import { paymentFilter } from './payment-filter.js';
import { PaymentsRepository, type Statements } from './payments.repository.js';

/** More would keep the others waiting. */
const MOST_AT_ONCE = 50;

interface AskedAfter {
  merchantId: string;
  id: string;
}

@Injectable()
export class PaymentsService {
  /** Those who ask at the same time share the statements, and the connection. */
  private readonly gets = new Coalescer((asked: AskedAfter[]) => this.getAll(asked), MOST_AT_ONCE);

  constructor(
    private readonly payments: PaymentsRepository,
    private readonly requests: PaymentRequests,
    private readonly idempotency: IdempotencyService,
    private readonly catalogue: EventCatalogue,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Makes a payment with a deposit address of its own, and the event that announces it.
   * @param idempotencyKey a second call with the same key and body returns the first answer
   * @throws what `PaymentRequests.asked` does; IdempotencyKeyReusedError
   */
  async create(
    merchantId: string,
    dto: CreatePaymentDto,
    idempotencyKey: string | undefined,
  ): Promise<PaymentView> {
    // Whoever repeats a request with its key gets the first answer, also where it could not be made any more.
    const asked = await orRefusal(this.requests.asked(merchantId, dto));
    const work = async (statements: Statements) => {
      if (asked instanceof DomainError) throw asked;
      return this.insert(statements, merchantId, dto, asked);
    };
    return idempotencyKey === undefined ? work('shared') : this.once(merchantId, idempotencyKey, dto, work);
  }

  /** For an operator, to whom every payment is open. @throws PaymentNotFoundError */
  async merchantOf(id: string): Promise<string> {
    const merchantId = isUUID(id) ? await this.payments.merchantOf(id) : null;
    if (merchantId === null) throw new PaymentNotFoundError(id);
    return merchantId;
  }

  /** @throws PaymentNotFoundError also when it is another merchant's */
  async get(merchantId: string, id: string): Promise<PaymentView> {
    const view = await this.gets.call({ merchantId, id });
    if (!view) throw new PaymentNotFoundError(id);
    return view;
  }

  private async getAll(asked: readonly AskedAfter[]): Promise<(PaymentView | null)[]> {
    const ids = [...new Set(asked.map(({ id }) => id))];
    const found = await this.payments.inOneMoment(async (manager) => {
      const records = await this.payments.ofIds(manager, ids);
      const views = await this.views(manager, records);
      return new Map(views.map((view, index) => [view.id, { view, of: records[index]?.payment.merchantId }]));
    });
    return asked.map(({ merchantId, id }) => {
      const one = found.get(id);
      return one?.of === merchantId ? one.view : null;
    });
  }

  /** What `get` returns of a payment that was read already, by the same manager. */
  async view(manager: EntityManager, record: PaymentRecord): Promise<PaymentView> {
    const [view] = await this.views(manager, [record]);
    return view as PaymentView;
  }

  /** Whosever they are, in no order: for those who were given the payments' ids by something else than a key. */
  async ofIds(manager: EntityManager, ids: readonly string[]): Promise<PaymentView[]> {
    return this.views(manager, await this.payments.ofIds(manager, ids));
  }

  /** @throws ValidationFailedError, UnknownChainError */
  async list(merchantId: string, query: ListPaymentsDto): Promise<Page<PaymentView>> {
    const { limit, after } = query;
    const filter = paymentFilter(merchantId, query, this.chains);
    return this.payments.inOneMoment(async (manager) => {
      const records = await this.payments.list(manager, { ...filter, after, limit: limit + 1 });
      return page(await this.views(manager, records), limit, (view) => view.id);
    });
  }

  private async once(
    merchantId: string,
    key: string,
    dto: CreatePaymentDto,
    work: (manager: EntityManager) => Promise<PaymentView>,
  ): Promise<PaymentView> {
    const request = { method: 'POST', path: '/api/v1/payments', body: dto };
    const answer = await this.idempotency.run({ merchantId, key, request, status: 201 }, work);
    return answer.body;
  }

  /** What a request comes to, before anything is made. @throws what `PaymentRequests.asked` does */
  asked(merchantId: string, dto: CreatePaymentDto): Promise<Asked> {
    return this.requests.asked(merchantId, dto);
  }

  /** A payment of what was asked for, and its event, by statements that the caller chooses. @param link that makes it */
  async insert(
    statements: Statements,
    merchantId: string,
    dto: CreatePaymentDto,
    asked: Asked,
    link: Pick<Payment, 'linkId' | 'linkAnswers' | 'linkSite'> | null = null,
  ): Promise<PaymentView> {
    const made = await this.requests.paymentFor(statements, merchantId, dto, asked);
    const payment = { ...made, ...link };
    const record = {
      payment,
      payUrl: payUrl(this.settings.publicUrl, payment.pageToken),
      options: optionsAsked(payment, asked),
      assets: asked.options.map(({ asset }) => asset),
      credits: [],
      transfers: [],
      transferCount: 0,
      refunds: [],
    };
    const view = paymentView(record);
    const event = this.catalogue.compose('payment.created', { payment: view }, payment.createdAt);
    await this.payments.insert(statements, record, { ...event, merchantId, paymentId: payment.id });
    return view;
  }

  /** While a payment waits, its confirmations grow with every block: they are counted when it is read. */
  private async views(manager: EntityManager, records: PaymentRecord[]): Promise<PaymentView[]> {
    const waiting = records.filter(({ payment }) => payment.status === 'detected');
    if (waiting.length === 0) return records.map(paymentView);
    const scanned = await this.payments.scannedNumbers(manager, [
      ...new Set(waiting.flatMap(({ options }) => options.map(({ chainId }) => chainId))),
    ]);
    return records.map((record) => {
      if (record.payment.status !== 'detected') return paymentView(record);
      return paymentView({
        ...record,
        payment: atDepth(record.payment, scanned),
        options: record.options.map((option) => atDepth(option, scanned)),
      });
    });
  }
}

/** With the confirmations that it has by the last block scanned. */
function atDepth<D extends Pick<Payment, 'chainId' | 'detectedInBlock' | 'confirmations'>>(
  one: D,
  scanned: ReadonlyMap<number, number>,
): D {
  const head = scanned.get(one.chainId);
  if (head === undefined || one.detectedInBlock === null) return one;
  return { ...one, confirmations: head - one.detectedInBlock + 1 };
}
