import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In, type SelectQueryBuilder } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS, LEFT_CHAINS } from '../config/configuration.module.js';
import { listedChain } from './payment.errors.js';
import { inOneMoment } from '../database/one-moment.js';
import { scannedPositions } from '../chain/position/scanned-positions.js';
import { type CreatedBetween, narrowByCreation } from '../http/list-filters.js';
import { type ChainId } from '../ids/ids.js';
import { Coalescer } from '../process/coalescer.js';
import { type PaymentStatus } from './lifecycle.js';
import { type NewEvent, Outbox } from '../events/outbox.js';
import { PaymentMetrics } from './payment-metrics.js';
import { type PaymentRecord, PaymentRecords, shownAsset } from './payment-records.js';
import { type PaymentOption } from './payment-option.entity.js';
import { Payment } from './payment.entity.js';

export interface PaymentFilter extends CreatedBetween {
  merchantId: string;
  statuses?: PaymentStatus[];
  chain?: string;
  reference?: string;
  /** The payment link that it was made by. */
  linkId?: string;
  /** That it shows as its own. */
  asset?: { chainId: ChainId; tokenId: string | null };
  /** Of its price. */
  currency?: string;
  /** In minor units of the currency, both included. */
  priceMin?: bigint;
  priceMax?: bigint;
  /** Lower-case. */
  address?: string;
  /** Of a transaction that paid to its address, whether that counts or not. */
  txHash?: string;
  /** Newest first unless said otherwise. */
  order?: 'newest_first' | 'oldest_first';
  /** Only payments behind this id, in the order asked for (UUIDv7 sorts by creation). */
  after?: string;
  limit: number;
}

/**
 * Where a payment is made: on the connection of the transaction that the caller is in; or `shared`, in no transaction, so
 * that callers at the same time share each statement.
 */
export type Statements = EntityManager | 'shared';

@Injectable()
export class PaymentsRepository {
  private readonly together = new Coalescer((rows: PaymentRow[]) =>
    this.insertRows(this.dataSource.manager, rows),
  );

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly records: PaymentRecords,
    private readonly metrics: PaymentMetrics,
    private readonly outbox: Outbox,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
    @Inject(LEFT_CHAINS) private readonly left: ChainConfig[],
  ) {}

  /**
   * Payment, options and event in one statement: one round trip, and none can exist without the others.
   */
  async insert(statements: Statements, record: PaymentRecord, event: NewEvent): Promise<void> {
    const { payment } = record;
    const row = rowOf(record, event);
    await (statements === 'shared' ? this.together.call(row) : this.insertRows(statements, [row]));
    const move = { type: 'payment.created' as const, payment, asset: shownAsset(record), paidAt: null };
    this.metrics.moved(statements === 'shared' ? this.dataSource.manager : statements, [move]);
  }

  private async insertRows(manager: EntityManager, rows: PaymentRow[]): Promise<PaymentRow[]> {
    await insertRows(manager, rows);
    this.outbox.written(manager);
    return rows;
  }

  /** Null when there is none, or when it is another merchant's. */
  async merchantOf(id: string): Promise<string | null> {
    const payment = await this.dataSource.manager.findOne(Payment, {
      where: { id },
      select: { merchantId: true },
    });
    return payment?.merchantId ?? null;
  }

  /** As one commit left it: for what reads with the manager that it is given. */
  inOneMoment<T>(read: (manager: EntityManager) => Promise<T>): Promise<T> {
    return inOneMoment(this.dataSource, read);
  }

  async find(manager: EntityManager, merchantId: string, id: string): Promise<PaymentRecord | null> {
    const payment = await manager.findOneBy(Payment, { id, merchantId });
    if (!payment) return null;
    const [record] = await this.records.of(manager, [payment]);
    return record ?? null;
  }

  /** Whosever they are; those that are not there are left out. */
  async ofIds(manager: EntityManager, ids: readonly string[]): Promise<PaymentRecord[]> {
    return this.records.of(manager, await manager.findBy(Payment, { id: In([...ids]) }));
  }

  /** The merchant's payments at any of these addresses, lower-case. */
  ownAt(merchantId: string, addresses: string[]): Promise<Pick<Payment, 'id' | 'address'>[]> {
    if (addresses.length === 0) return Promise.resolve([]);
    return this.dataSource.manager.find(Payment, {
      select: { id: true, address: true },
      where: { merchantId, address: In(addresses) },
    });
  }

  async list(manager: EntityManager, filter: PaymentFilter): Promise<PaymentRecord[]> {
    const { statuses = [] } = filter;
    const query = inOrder(manager.createQueryBuilder(Payment, 'payment'), 'payment', filter);
    if (statuses.length > 1) {
      // The newest of each status come from an index in their order; of several at once none has the order.
      const each = statuses.map((status, index) => {
        const alias = `of${index}`;
        const one = query.subQuery().select(`${alias}.id`).from(Payment, alias);
        return narrowed(inOrder(one, alias, filter), alias, { ...filter, status, as: `status${index}` });
      });
      query.where(`payment.id IN (${each.map((one) => one.getQuery()).join(' UNION ALL ')})`);
      each.forEach((one) => query.setParameters(one.getParameters()));
    } else narrowed(query, 'payment', { ...filter, status: statuses[0], as: 'status' });
    const found = await query.getMany();
    if (found.length === 0 && filter.after === undefined && filter.chain !== undefined)
      listedChain(filter.chain, [...this.chains, ...this.left]);
    return this.records.of(manager, found);
  }

  /** The time of the last block that a chain is scanned up to; null: its scan has not begun. */
  async scannedTime(statements: Statements, chainId: ChainId): Promise<Date | null> {
    const manager = statements === 'shared' ? this.dataSource.manager : statements;
    return (await scannedPositions(manager, [chainId])).get(chainId)?.time ?? null;
  }

  /**
   * How deep the chain has been scanned, for the confirmations a merchant sees while a payment waits.
   * @returns the last scanned block's number by chain id
   */
  async scannedNumbers(manager: EntityManager, chainIds: number[]): Promise<Map<number, number>> {
    const positions = await scannedPositions(manager, chainIds);
    return new Map([...positions].map(([chainId, { number }]) => [chainId, number]));
  }
}

const PAID_BY = 'SELECT payment_id FROM transfers WHERE merchant_id = :merchantId AND tx_hash = :txHash';

function inOrder<Q extends SelectQueryBuilder<Payment>>(
  query: Q,
  alias: string,
  { order, limit }: PaymentFilter,
): Q {
  return query.orderBy(`${alias}.id`, order === 'oldest_first' ? 'ASC' : 'DESC').limit(limit);
}

/** @param filter `as` is what the status is called among the parameters */
function narrowed<Q extends SelectQueryBuilder<Payment>>(
  query: Q,
  alias: string,
  filter: PaymentFilter & { status: PaymentStatus | undefined; as: string },
): Q {
  const { status, asset } = filter;
  query.where(`${alias}.merchant_id = :merchantId`, filter);
  if (status !== undefined) query.andWhere(`${alias}.status = :${filter.as}`, { [filter.as]: status });
  if (filter.chain !== undefined) query.andWhere(`${alias}.chain = :chain`, filter);
  // A token is of one chain.
  if (asset?.tokenId === null)
    query.andWhere(`${alias}.chain_id = :chainId AND ${alias}.token_id IS NULL`, asset);
  else if (asset !== undefined) query.andWhere(`${alias}.token_id = :tokenId`, asset);
  if (filter.currency !== undefined) query.andWhere(`${alias}.price_currency = :currency`, filter);
  if (filter.priceMin !== undefined)
    query.andWhere(`${alias}.price_amount >= :priceMin`, { priceMin: filter.priceMin.toString() });
  // An asset may be called as a currency is, and its prices are in base units of it.
  if (filter.priceMin !== undefined || filter.priceMax !== undefined)
    query.andWhere(`${alias}.price_chain IS NULL`);
  if (filter.priceMax !== undefined)
    query.andWhere(`${alias}.price_amount <= :priceMax`, { priceMax: filter.priceMax.toString() });
  if (filter.linkId !== undefined) query.andWhere(`${alias}.link_id = :linkId`, filter);
  if (filter.reference !== undefined) query.andWhere(`${alias}.reference = :reference`, filter);
  if (filter.address !== undefined) query.andWhere(`${alias}.address = :address`, filter);
  if (filter.txHash !== undefined) query.andWhere(`${alias}.id IN (${PAID_BY})`, filter);
  if (filter.after !== undefined)
    query.andWhere(`${alias}.id ${filter.order === 'oldest_first' ? '>' : '<'} :after`, filter);
  narrowByCreation(query, filter);
  return query;
}

/** A new payment and its event, by the columns' names. */
type PaymentRow = ReturnType<typeof rowOf>;

function rowOf({ payment, options }: PaymentRecord, event: NewEvent) {
  return {
    id: payment.id,
    merchant_id: payment.merchantId,
    chain_id: payment.chainId,
    chain: payment.chain,
    token_id: payment.tokenId,
    address: payment.address,
    deposit_scheme: payment.depositScheme,
    deposit_parameters: payment.depositParameters,
    derivation_index: payment.derivationIndex,
    amount: payment.amount.toString(),
    price_amount: payment.priceAmount?.toString() ?? null,
    price_currency: payment.priceCurrency,
    price_decimals: payment.priceDecimals,
    price_chain: payment.priceChain,
    unavailable: payment.unavailable,
    underpayment_tolerance_bps: payment.underpaymentToleranceBps,
    required_confirmations: payment.requiredConfirmations,
    page_token: payment.pageToken,
    success_url: payment.successUrl,
    cancel_url: payment.cancelUrl,
    link_id: payment.linkId,
    link_answers: payment.linkAnswers,
    link_site: payment.linkSite,
    reference: payment.reference,
    metadata: payment.metadata,
    expires_at: payment.expiresAt,
    created_at: payment.createdAt,
    event_id: event.id,
    event_type: event.type,
    event_body: event.body,
    options: options.map(optionRowOf),
  };
}

function optionRowOf(option: PaymentOption) {
  return {
    position: option.position,
    chain_id: option.chainId,
    chain: option.chain,
    token_id: option.tokenId,
    amount: option.amount.toString(),
    required_confirmations: option.requiredConfirmations,
    rate: option.rate,
  };
}

/** Options wait for their payment's expiry, which is when they are due again if nothing happens. */
async function insertRows(manager: EntityManager, rows: PaymentRow[]): Promise<void> {
  await manager.query(
    `WITH given AS MATERIALIZED (
       SELECT * FROM json_to_recordset($1) AS given (
         id uuid, merchant_id uuid, chain_id bigint, chain text, token_id uuid, address text, deposit_scheme text,
         deposit_parameters jsonb, derivation_index bigint, amount numeric, price_amount numeric, price_currency text,
         price_decimals smallint, price_chain text, unavailable jsonb, underpayment_tolerance_bps smallint,
         required_confirmations integer, page_token text, success_url text, cancel_url text,
         link_id uuid, link_answers jsonb, link_site integer, reference text, metadata jsonb, expires_at timestamptz, created_at timestamptz,
         event_id text, event_type text, event_body text, options jsonb)),
     payment AS (
       INSERT INTO payments (id, merchant_id, chain_id, chain, token_id, address, deposit_scheme, deposit_parameters,
         derivation_index, amount, price_amount, price_currency, price_decimals, price_chain, unavailable,
         underpayment_tolerance_bps, required_confirmations, page_token, success_url, cancel_url, link_id, link_answers, link_site, reference, metadata,
         expires_at, created_at)
       SELECT id, merchant_id, chain_id, chain, token_id, address, deposit_scheme, deposit_parameters,
         derivation_index, amount, price_amount, price_currency, price_decimals, price_chain, unavailable,
         underpayment_tolerance_bps, required_confirmations, page_token, success_url, cancel_url, link_id, link_answers, link_site, reference, metadata,
         expires_at, created_at
       FROM given),
     option AS (
       INSERT INTO payment_options (payment_id, position, chain_id, chain, token_id, amount, required_confirmations, rate,
         expires_at, recheck_at_time)
       SELECT given.id, option.position, option.chain_id, option.chain, option.token_id, option.amount,
         option.required_confirmations, option.rate, given.expires_at, given.expires_at
       FROM given, jsonb_to_recordset(given.options) AS option (position smallint, chain_id bigint, chain text,
         token_id uuid, amount numeric, required_confirmations integer, rate jsonb))
     INSERT INTO events (id, type, merchant_id, payment_id, body)
     SELECT event_id, event_type, merchant_id, id, event_body FROM given`,
    [JSON.stringify(rows)],
  );
}
