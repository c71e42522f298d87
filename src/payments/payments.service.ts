import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { type EntityManager } from 'typeorm';
import { IdempotencyService } from '../http/idempotency.js';
import { createdBetween } from '../http/list-filters.js';
import { type Page, page } from '../http/page.js';
import { EventCatalogue } from '../events/event-catalogue.js';
import { type CreatePaymentDto } from './dto/create-payment.dto.js';
import { type ListPaymentsDto } from './dto/list-payments.dto.js';
import { onlyOption } from './only-option.js';
import { PaymentNotFoundError } from './payment.errors.js';
import { type Asset, namedAsset, PaymentRequests } from './payment-requests.js';
import { type Payment } from './payment.entity.js';
import { paymentView, type PaymentView } from './payment.view.js';
import { type PaymentRecord } from './payment-records.js';
import { PaymentsRepository, type Statements } from './payments.repository.js';

@Injectable()
export class PaymentsService {
  constructor(
    private readonly payments: PaymentsRepository,
    private readonly requests: PaymentRequests,
    private readonly idempotency: IdempotencyService,
    private readonly catalogue: EventCatalogue,
  ) {}

  /**
   * Makes a payment with a deposit address of its own, and the event that announces it.
   * @param idempotencyKey a second call with the same key and body returns the first answer
   * @throws UnknownChainError, ChainRefusedError, TokenNotOfferedError, IdempotencyKeyReusedError
   */
  async create(
    merchantId: string,
    dto: CreatePaymentDto,
    idempotencyKey: string | undefined,
  ): Promise<PaymentView> {
    const asset = await this.requests.assetOf(dto);
    const work = (statements: Statements) => this.insert(statements, merchantId, dto, asset);
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
    const record = await this.payments.find(merchantId, id);
    if (!record) throw new PaymentNotFoundError(id);
    const [view] = await this.views([record]);
    return view as PaymentView;
  }

  async list(merchantId: string, query: ListPaymentsDto): Promise<Page<PaymentView>> {
    const { limit, status: statuses, tx_hash: txHash, chain, reference, address, after } = query;
    const filter = {
      merchantId,
      statuses,
      txHash,
      chain,
      reference,
      address,
      after,
      ...createdBetween(query),
    };
    const records = await this.payments.list({ ...filter, limit: limit + 1 });
    return page(await this.views(records), limit, (view) => view.id);
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

  private async insert(
    statements: Statements,
    merchantId: string,
    dto: CreatePaymentDto,
    asset: Asset,
  ): Promise<PaymentView> {
    const payment = await this.requests.paymentFor(statements, merchantId, dto, asset);
    const record = {
      payment,
      options: [onlyOption(payment)],
      assets: [namedAsset(asset)],
      credits: [],
      refunds: [],
    };
    const view = paymentView(record);
    const event = this.catalogue.compose('payment.created', { payment: view }, payment.createdAt);
    await this.payments.insert(statements, record, { ...event, merchantId, paymentId: payment.id });
    return view;
  }

  /** While a payment waits, its confirmations grow with every block: they are counted when it is read. */
  private async views(records: PaymentRecord[]): Promise<PaymentView[]> {
    const waiting = records.filter(({ payment }) => payment.status === 'detected');
    const scanned = await this.payments.scannedNumbers([
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
