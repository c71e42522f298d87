import { Injectable } from '@nestjs/common';
import { type EntityManager, MoreThan } from 'typeorm';
import { type CreatedBetween, narrowByCreation } from '../http/list-filters.js';
import { outgoingIdsOf } from '../outgoing/outgoing.repository.js';
import { isAnythingSignedFor, subjectCosts } from '../outgoing/subject-costs.js';
import { holdPayments } from '../payments/hold-payments.js';
import { type ArrivedAt } from '../payments/refund-subjects.js';
import { Refund, type RefundState } from './refund.entity.js';
import { type Asset, type ChainId } from '../ids/ids.js';

const OPEN: readonly RefundState[] = ['created', 'sent'];
/** So many that were cancelled at once count as one that was asked for. */
const CANCELLED_PER_REFUND = 10;

export interface RefundFilter extends CreatedBetween {
  merchantId: string;
  paymentId?: string;
  depositId?: string;
  statuses?: RefundState[];
  /** Who gets the money; lower-case. */
  to?: string;
  txHash?: string;
  chainId?: number;
  /** Only refunds asked for before this one (UUIDv7 sorts by that). */
  after?: string;
  limit: number;
}

/** Refunds as they are asked after, many at a time. */
@Injectable()
export class RefundQueries {
  /** Newest first. */
  async list(manager: EntityManager, filter: RefundFilter): Promise<Refund[]> {
    const query = manager
      .createQueryBuilder(Refund, 'refund')
      .where('refund.merchant_id = :merchantId', filter)
      .orderBy('refund.id', 'DESC')
      .limit(filter.limit);
    if (filter.paymentId !== undefined) query.andWhere('refund.payment_id = :paymentId', filter);
    if (filter.depositId !== undefined) query.andWhere('refund.deposit_id = :depositId', filter);
    if (filter.statuses !== undefined) query.andWhere('refund.state = ANY(:statuses)', filter);
    if (filter.to !== undefined) query.andWhere('refund.to_address = :to', filter);
    if (filter.chainId !== undefined) query.andWhere('refund.chain_id = :chainId', filter);
    if (filter.after !== undefined) query.andWhere('refund.id < :after', filter);
    narrowByCreation(query, filter);
    if (filter.txHash !== undefined) {
      const sentAs = await outgoingIdsOf(manager, filter.txHash);
      query.andWhere('refund.outgoing_id = ANY(:sentAs)', { sentAs });
    }
    return query.getMany();
  }

  /** Null: there is none, or it is another merchant's. */
  find(manager: EntityManager, merchantId: string, id: string): Promise<Refund | null> {
    return manager.findOneBy(Refund, { id, merchantId });
  }

  /**
   * As it stands while its payment is held until the transaction ends: nobody else changes either meanwhile.
   * @param merchantId null: whose it is does not matter
   */
  async hold(manager: EntityManager, merchantId: string | null, id: string): Promise<Refund | null> {
    const where = { id, ...(merchantId === null ? {} : { merchantId }) };
    const found = await manager.findOneBy(Refund, where);
    if (found === null) return null;
    await holdPayments(manager, [found.paymentId]);
    return manager.findOneBy(Refund, where);
  }

  /** All of a payment, or of a deposit alone, the first asked for first. @param after only those asked for after this one */
  async of(
    manager: EntityManager,
    whose: { paymentId: string } | { depositId: string },
    limit: number,
    after: string | undefined,
  ): Promise<Refund[]> {
    const where = { ...whose, ...(after === undefined ? {} : { id: MoreThan(after) }) };
    return manager.find(Refund, { where, order: { id: 'ASC' }, take: limit });
  }

  /** Base units of a deposit that went back or are to, in refunds of it alone. */
  async returnedOf(
    manager: EntityManager,
    depositId: string,
    states: readonly RefundState[] = ['created', 'sent', 'confirmed'],
  ): Promise<bigint> {
    const [row] = await manager.query<{ sum: string }[]>(
      'SELECT coalesce(sum(amount), 0) AS sum FROM refunds WHERE deposit_id = $1 AND state = ANY($2)',
      [depositId, states],
    );
    return BigInt(row?.sum ?? 0);
  }

  /** Base units of an asset of a payment that went back or are to, by whichever refunds. */
  async givenBackOf(
    manager: EntityManager,
    { paymentId, chainId, tokenAddress }: ArrivedAt,
    states: readonly RefundState[] = ['created', 'sent', 'confirmed'],
  ): Promise<bigint> {
    const [row] = await manager.query<{ sum: string }[]>(
      `SELECT coalesce(sum(amount), 0) AS sum FROM refunds
       WHERE payment_id = $1 AND chain_id = $2 AND token_address IS NOT DISTINCT FROM $3 AND state = ANY($4)`,
      [paymentId, chainId, tokenAddress, states],
    );
    return BigInt(row?.sum ?? 0);
  }

  /** What of payments went back in one asset: of one of them, and of those of which the payout account paid some. Base units. */
  async givenBackBy(
    manager: EntityManager,
    { paymentId, chainId, tokenAddress }: ArrivedAt,
    paymentIds: readonly string[],
  ): Promise<Map<string, { all: bigint; byPayout: bigint }>> {
    const rows = await manager.query<{ payment_id: string; all: string; by_payout: string }[]>(
      `SELECT payment_id, sum(amount) AS "all", coalesce(sum(amount) FILTER (WHERE source = 'payout'), 0) AS by_payout
       FROM refunds WHERE payment_id = ANY($3) AND chain_id = $1 AND token_address IS NOT DISTINCT FROM $2
         AND state IN ('sent', 'confirmed')
       GROUP BY payment_id HAVING payment_id = $4 OR bool_or(source = 'payout')`,
      [chainId, tokenAddress, paymentIds, paymentId],
    );
    return new Map(
      rows.map((row) => [row.payment_id, { all: BigInt(row.all), byPayout: BigInt(row.by_payout) }]),
    );
  }

  /** Held until the transaction ends: of several requests of a merchant each waits for the one before. */
  async holdMerchant(manager: EntityManager, merchantId: string): Promise<void> {
    await manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `refunds of ${merchantId}`,
    ]);
  }

  /**
   * What a merchant has asked for since then. What was cancelled before anything was signed for it counts for a tenth of one:
   * it cost little, and without end it would cost much. Once gas was sent for it, it counts as any other.
   * @param firstId the smallest id of that time
   * @returns how many refunds there were, and the sum of those of one asset that may still move it, or did
   */
  async askedSince(
    manager: EntityManager,
    asked: { merchantId: string; chainId: ChainId; tokenAddress: Asset },
    firstId: string,
  ): Promise<{ count: number; sum: bigint }> {
    const [row] = await manager.query<{ all: string; costly: string; sum: string }[]>(
      `SELECT count(*) AS "all",
         count(*) FILTER (WHERE state <> 'cancelled' OR ${isAnythingSignedFor('refunds.id')}) AS costly,
         coalesce(sum(amount) FILTER (WHERE chain_id = $3 AND token_address IS NOT DISTINCT FROM $4
           AND state NOT IN ('failed', 'cancelled')), 0) AS sum
       FROM refunds WHERE merchant_id = $1 AND id >= $2`,
      [asked.merchantId, firstId, asked.chainId, asked.tokenAddress],
    );
    const [all, costly] = [Number(row?.all ?? 0), Number(row?.costly ?? 0)];
    const count = costly + Math.floor((all - costly) / CANCELLED_PER_REFUND);
    return { count, sum: BigInt(row?.sum ?? 0) };
  }

  /**
   * What the refunds of a payment in one asset, or of one deposit, have cost, and how many of them will cost something. One
   * that was cancelled or failed counts with the gas that was sent for it: else it could be asked for without end.
   * @param exceptId of one not to be counted
   */
  async costsOf(
    manager: EntityManager,
    of: { paymentId: string; depositId: string | null; chainId: ChainId; tokenAddress: Asset },
    exceptId: string | null,
  ): Promise<{ paid: bigint; waiting: number }> {
    const refunds = await manager.query<{ id: string; state: RefundState }[]>(
      `SELECT id, state FROM refunds
       WHERE payment_id = $1 AND chain_id = $3 AND token_address IS NOT DISTINCT FROM $4
         AND ($2::uuid IS NULL OR deposit_id = $2) AND id IS DISTINCT FROM $5
         AND (state <> 'cancelled' OR ${isAnythingSignedFor('refunds.id')})`,
      [of.paymentId, of.depositId, of.chainId, of.tokenAddress, exceptId],
    );
    const { paid, open } = await subjectCosts(
      manager,
      refunds.map(({ id }) => id),
    );
    const waiting = refunds.filter(({ id, state }) => OPEN.includes(state) || open.has(id));
    return { paid, waiting: waiting.length };
  }
}
